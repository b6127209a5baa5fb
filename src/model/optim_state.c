/* An optimizer's memory of past steps: blocks as large as the model's parameters. */
#include "ground/memory.h"
#include "model/model.h"

glia_status glia__optim_state_new(glia__optim_state *state, const glia__optim *rule, size_t numbers)
{
    *state = (glia__optim_state){.slots = rule->slots};
    for (size_t i = 0; i < rule->slots; i++) {
        if (!(state->slot[i] = glia__new_aligned(numbers, sizeof(real)))) {
            glia__optim_state_clear(state);
            return GLIA_E_MEMORY;
        }
        real start = (real)glia__optim_start(rule, i);
        for (size_t j = 0; start != 0 && j < numbers; j++) state->slot[i][j] = start;
    }
    return GLIA_OK;
}

void glia__optim_state_clear(glia__optim_state *state)
{
    for (size_t i = 0; i < state->slots; i++) glia__free_aligned(state->slot[i]);
    *state = (glia__optim_state){0};
}
