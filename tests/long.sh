#!/bin/sh
# long.sh GLIA MNIST: runs that take minutes, on the MNIST files in the folder MNIST.
#
#   accuracy    a plain network, five epochs, seeds 1 to 5: at least 0.972 in the mean and 0.967 each, and `glia eval`
#               gives the number that training gave
#   images      a convolutional network, two epochs, seeds 1 to 5: at least 0.985 in the mean and 0.981 each
#   same bits   the saved file is the same with 1, 2, 3 and 8 threads and in a second run, at batches of 32, 50 and 7;
#               so it is of convolutions with batch norm, dropout and augmentation
#   notebooks   the runs of docs/from-the-notebooks.md, which reach what the notebooks reached:
#               000   70 to 77 % after 16 epochs, within one point of 90 % after 100
#               002   each of seeds 0 to 2 within two points of 84.4 % (one hidden layer) and 81.3 % (two)
#               003   over 91.02 % after one epoch, 97 % after ten
#               004   the plateau of 75 % from N(0, 1) with seed 0; at least 91 % from small weights
set -eu
glia=$1 mnist=$2
net="dense 128, relu, dense 64, relu, dense 10, softmax"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
failed=0

check() { # check WHAT CONDITION-FOR-AWK
    if awk "BEGIN { exit !($2) }"; then echo "ok      $1"; else echo "FAILED  $1"; failed=1; fi
}
near() { # near WHAT NUMBER WANTED MARGIN
    check "$1: $2, about $3" "($2 - $3) ^ 2 <= $4 ^ 2"
}
field() { # field NAME FILE: the number of that name in each line that has it
    sed -n "s/.*\"$1\": *\([-0-9.e]*\).*/\1/p" "$2"
}
train() { # train DATA MODEL OPTION...: the net is $net
    data=$1 model=$2
    shift 2
    "$glia" train "$data" --net "$net" --out "$model" --json "$@" 2> /dev/null
}

sum=0
for seed in 1 2 3 4 5; do
    model=$work/$seed.safetensors
    train "$mnist" "$model" --optimizer "sgd lr=0.1" --batch 32 --epochs 5 --seed $seed > "$work/train"
    "$glia" eval "$model" "$mnist" --json > "$work/eval"
    reached=$(field val_accuracy "$work/train" | tail -n 1)
    judged=$(field accuracy "$work/eval" | head -n 1)
    check "seed $seed: $reached" "$reached >= 0.967"
    check "seed $seed: eval says $judged" "$judged == $reached"
    sum="$sum + $reached"
done
check "mean of five seeds: $(awk "BEGIN { print ($sum) / 5 }")" "($sum) / 5 >= 0.972"

images="conv 16 3x3 pad=same, relu, maxpool 2, conv 32 3x3 pad=same, relu, maxpool 2, flatten, dense 128, relu, dense 10, softmax"
sum=0
for seed in 1 2 3 4 5; do
    net=$images train "$mnist" "$work/images.safetensors" --optimizer "adam lr=0.001" --batch 64 --epochs 2 --seed $seed \
        > "$work/train"
    reached=$(field val_accuracy "$work/train" | tail -n 1)
    check "images, seed $seed: $reached" "$reached >= 0.981"
    sum="$sum + $reached"
done
check "images, mean of five seeds: $(awk "BEGIN { print ($sum) / 5 }")" "($sum) / 5 >= 0.985"

mixed="conv 8 3 pad=same bias=no, batchnorm, relu @a, conv 8 3 pad=same bias=no, batchnorm, add @a, relu, maxpool 2, dropout_spatial 0.1, flatten, dropout 0.2, dense 10, softmax"
for threads in 1 2 3 8; do
    net=$mixed train "$mnist:test" "$work/bits.safetensors" --batch 50 --epochs 1 --seed 1 --threads $threads \
        --augment "shift 2, rotate 10, elastic 34 4" > /dev/null
    sha256sum < "$work/bits.safetensors"
done | sort -u > "$work/sums"
check "images: one sum with 1, 2, 3 and 8 threads" "$(wc -l < "$work/sums") == 1"

for batch in 32 50 7; do
    for run in 1 2 3 8 8; do
        train "$mnist" "$work/bits.safetensors" --batch $batch --epochs 1 --seed 1 --threads $run > /dev/null
        sha256sum < "$work/bits.safetensors"
    done | sort -u > "$work/sums"
    check "batch $batch: one sum with 1, 2, 3 and 8 threads" "$(wc -l < "$work/sums") == 1"
done

train "$mnist:train+$mnist:test" "$work/notebook.safetensors" --optimizer "sgd lr=0.07" --holdout 0.15 --batch 32 \
    --epochs 10 > "$work/train"
first=$(field val_accuracy "$work/train" | head -n 1)
tenth=$(field val_accuracy "$work/train" | sed -n 10p)
check "notebook 003, first epoch: $first" "$first > 0.9102"
check "notebook 003, tenth epoch: $tenth" "$tenth > 0.97"

normal="init=normal:0:1 bias_init=normal:0:1"
net="dense 64 $normal, sigmoid, dense 32 $normal, sigmoid, dense 10 $normal, sigmoid"
train "$mnist" "$work/notebook.safetensors" --scale none --loss "mse reduce=sum" --optimizer "sgd lr=0.001" \
    --batch 32 --shuffle no --epochs 100 > "$work/train"
near "notebook 000, epoch 16" "$(field val_accuracy "$work/train" | sed -n 16p)" 0.735 0.035
near "notebook 000, epoch 100" "$(field val_accuracy "$work/train" | sed -n 100p)" 0.9 0.01

"$glia" data "$mnist:train" --csv "$work/mnist.csv" > "$work/data" 2> /dev/null
{
    head -n 1 "$work/mnist.csv"
    tail -n +2 "$work/mnist.csv" | shuf -n 42000 --random-source="$work/mnist.csv"
} > "$work/images.csv"
uniform="init=uniform:-0.5:0.5 bias_init=uniform:-0.5:0.5"
full_batches() { # full_batches SEED EPOCHS
    train "$work/images.csv" "$work/notebook.safetensors" --scale unit --holdout-tail 1000 --batch full \
        --optimizer "sgd lr=0.1" --seed "$1" --epochs "$2" > "$work/train"
}
for seed in 0 1 2; do
    net="dense 20 $uniform, relu, dense 10 $uniform, softmax"
    full_batches $seed 500
    near "notebook 002, 784-20-10, seed $seed" "$(field accuracy "$work/train" | sed -n 321p)" 0.844 0.02
    net="dense 30 $uniform, relu, dense 20 $uniform, relu, dense 10 $uniform, softmax"
    full_batches $seed 200
    near "notebook 002, 784-30-20-10, seed $seed" "$(field val_accuracy "$work/train" | sed -n 191p)" 0.813 0.02
done

sigmoids() { # sigmoids NET: its accuracy after 30 epochs
    net=$1
    train "$mnist" "$work/notebook.safetensors" --loss "mse reduce=rows" --optimizer "sgd lr=1.5" --batch 16 \
        --epochs 30 | field val_accuracy - | sed -n 30p
}
near "notebook 004, from N(0, 1)" "$(sigmoids "dense 10 $normal, sigmoid")" 0.75 0.01
reached=$(sigmoids "dense 10, sigmoid")
check "notebook 004, from small weights: $reached" "$reached >= 0.91"
exit $failed
