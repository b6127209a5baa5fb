/* Writing files: whole or not at all, whatever goes wrong on the way. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "folder.h"
#include "scarce.h"

enum { PLAIN_MOST = 1 << 18 };
static unsigned char plain[PLAIN_MOST];

static int fill_plain(void **state)
{
    (void)state;
    for (size_t i = 0; i < PLAIN_MOST; i++) plain[i] = (unsigned char)(i * i >> 7 ^ i);
    return 0;
}

/* ---- writing ---------------------------------------------------------------------------------------------------- */

static glia_status write_in_pieces(const char *to, const unsigned char *bytes, size_t n, size_t piece)
{
    glia__writer *writer;
    GLIA_TRY(glia__writer_open(&writer, to));
    for (size_t done = 0; done < n; done += piece) {
        glia_status status = glia__writer_write(writer, bytes + done, n - done < piece ? n - done : piece);
        if (status == GLIA_OK) continue;
        glia__writer_abandon(writer);
        return status;
    }
    return glia__writer_commit(writer);
}

static mode_t mode_of(const char *of)
{
    struct stat at;
    assert_int_equal(stat(of, &at), 0);
    return at.st_mode & 07777;
}

static void files_are_written(void **state)
{
    (void)state;
    const size_t sizes[] = {0, 1, 65535, 65536, 65537, 200000}, pieces[] = {1000, 65535, 65536, 70000, PLAIN_MOST};
    for (size_t i = 0; i < COUNT(sizes); i++)
        for (size_t k = 0; k < COUNT(pieces); k++) {
            EXPECT_OK(write_in_pieces(path, plain, sizes[i], pieces[k]));
            expect_content(path, plain, sizes[i]);
            assert_int_equal(entries_of_folder(), 1);
        }
}

static void the_old_file_stands_until_the_end(void **state)
{
    (void)state;
    glia__writer *writer;
    put("old", 3);
    EXPECT_OK(glia__writer_open(&writer, path));
    EXPECT_OK(glia__writer_write(writer, plain, PLAIN_MOST));
    expect_content(path, "old", 3);
    assert_int_equal(entries_of_folder(), 2);
    glia__writer_abandon(writer);
    expect_content(path, "old", 3);
    assert_int_equal(entries_of_folder(), 1);
    EXPECT_OK(write_in_pieces(path, (const unsigned char *)"new", 3, 1));
    expect_content(path, "new", 3);
    glia__writer_abandon(NULL);
}

static void permissions_are_kept(void **state)
{
    (void)state;
    mode_t before = umask(027);
    EXPECT_OK(write_in_pieces(path, plain, 10, 10));
    assert_int_equal(mode_of(path), 0640);
    assert_int_equal(chmod(path, 0604), 0);
    EXPECT_OK(write_in_pieces(path, plain, 10, 10));
    assert_int_equal(mode_of(path), 0604);
    umask(before);
}

static void links_stay_links(void **state)
{
    (void)state;
    struct stat at;
    put("old", 3);
    assert_int_equal(symlink(path, other), 0);
    EXPECT_OK(write_in_pieces(other, (const unsigned char *)"new", 3, 3));
    assert_true(lstat(other, &at) == 0 && S_ISLNK(at.st_mode));
    expect_content(path, "new", 3);
    unlink(path);
    EXPECT_FAILS(write_in_pieces(other, plain, 1, 1), GLIA_E_WRITE, "other: is a link to a file that does not exist");
    assert_int_equal(entries_of_folder(), 1);
}

/* A name without a folder is beside where the program stands. */
static bool a_bare_name_is_written(void)
{
    return chdir(folder) == 0 && write_in_pieces("file", plain, 10, 10) == GLIA_OK && glia__is_file("file");
}

static void bare_names(void **state)
{
    (void)state;
    assert_true(holds_in_child(a_bare_name_is_written));
    assert_true(glia__is_file(path));
}

/* Two writers at once do not meet, and the later commit stands. */
static void two_writers(void **state)
{
    (void)state;
    glia__writer *a, *b;
    EXPECT_OK(glia__writer_open(&a, path));
    EXPECT_OK(glia__writer_open(&b, path));
    EXPECT_OK(glia__writer_write(a, "from a", 6));
    EXPECT_OK(glia__writer_write(b, "from b", 6));
    EXPECT_OK(glia__writer_commit(b));
    expect_content(path, "from b", 6);
    EXPECT_OK(glia__writer_commit(a));
    expect_content(path, "from a", 6);
    assert_int_equal(entries_of_folder(), 1);
}

/* ---- what is no regular file ------------------------------------------------------------------------------------ */

static void pipes_are_written_directly(void **state)
{
    (void)state;
    int  ends[2];
    char name[32], got[16];
    assert_int_equal(pipe(ends), 0);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
    EXPECT_OK(write_in_pieces(name, (const unsigned char *)"through", 7, 2));
    assert_int_equal(read(ends[0], got, sizeof got), 7);
    assert_memory_equal(got, "through", 7);
    close(ends[0]);
    close(ends[1]);
}

/* Into a file that the shell has opened: at the place where it stands, and without taking that file's place. */
static bool standard_output_is_written(void)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    return fd >= 0 && write(fd, "before ", 7) == 7 && dup2(fd, STDOUT_FILENO) == STDOUT_FILENO &&
           write_in_pieces("/dev/stdout", (const unsigned char *)"one ", 4, 4) == GLIA_OK &&
           write_in_pieces("-", (const unsigned char *)"two ", 4, 4) == GLIA_OK &&
           write(STDOUT_FILENO, "after", 5) == 5;
}

static void standard_output(void **state)
{
    (void)state;
    assert_true(holds_in_child(standard_output_is_written));
    expect_content(path, "before one two after", 20);
}

static void a_full_device(void **state)
{
    (void)state;
    if (access("/dev/full", W_OK) != 0) skip();
    EXPECT_FAILS(write_in_pieces("/dev/full", plain, 10, 10), GLIA_E_WRITE,
                 "/dev/full: cannot be written: No space left on device");
    EXPECT_FAILS(write_in_pieces("/dev/full", plain, PLAIN_MOST, 1000), GLIA_E_WRITE, "No space left on device");
    assert_int_equal(access("/dev/full", W_OK), 0);
}

/* ---- what cannot be written ------------------------------------------------------------------------------------- */

static void what_cannot_be_written(void **state)
{
    (void)state;
    glia__writer *writer;
    char          missing[160];
    EXPECT_FAILS(glia__writer_open(&writer, folder), GLIA_E_WRITE, "cannot be written: Is a directory");
    assert_null(writer);
    snprintf(missing, sizeof missing, "%s/none/file", folder);
    EXPECT_FAILS(glia__writer_open(&writer, missing), GLIA_E_WRITE, "none/file: cannot be written: No such file");
    put("", 0);
    snprintf(missing, sizeof missing, "%s/file", path);
    EXPECT_FAILS(glia__writer_open(&writer, missing), GLIA_E_WRITE, "file/file: cannot be written: Not a directory");
    EXPECT_FAILS(glia__writer_open(&writer, NULL), GLIA_E_ARG, "empty");
    EXPECT_FAILS(glia__writer_open(&writer, ""), GLIA_E_ARG, "empty");
    assert_null(writer);
}

static bool nobody_may_write(void)
{
    glia__writer *writer;
    return become_nobody() && fails_with(glia__writer_open(&writer, path), GLIA_E_WRITE, "Permission denied") &&
           !writer;
}

static void permissions_bind(void **state)
{
    (void)state;
    assert_int_equal(chmod(folder, 0555), 0); /* no file yet, and none can be made */
    assert_true(holds_in_child(nobody_may_write));
    assert_int_equal(chmod(folder, 0777), 0); /* a file that is not to be written, though it could be replaced */
    put("old", 3);
    assert_int_equal(chmod(path, 0444), 0);
    assert_true(holds_in_child(nobody_may_write));
    assert_int_equal(chmod(path, 0644), 0);
    expect_content(path, "old", 3);
    assert_int_equal(entries_of_folder(), 1);
}

/* The system lets files grow to 100000 bytes and no further, as a full disk would. */
static bool a_limit_is_met(void)
{
    const struct rlimit limit = {100000, 100000};
    signal(SIGXFSZ, SIG_IGN);
    return setrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           fails_with(write_in_pieces(path, plain, PLAIN_MOST, 1000), GLIA_E_WRITE, "File too large") &&
           fails_with(write_in_pieces(path, plain, PLAIN_MOST, PLAIN_MOST), GLIA_E_WRITE, "File too large") &&
           fails_with(write_in_pieces(path, plain, 100001, 50000), GLIA_E_WRITE, "File too large") &&
           write_in_pieces(other, plain, 100000, 1000) == GLIA_OK;
}

static void a_file_that_may_not_grow(void **state)
{
    (void)state;
    put("old", 3);
    assert_true(holds_in_child(a_limit_is_met));
    expect_content(path, "old", 3);
    expect_content(other, plain, 100000);
    assert_int_equal(entries_of_folder(), 2);
}

/* A failed write is not forgotten by a commit that would have had nothing more to do. */
static bool commit_remembers(void)
{
    const struct rlimit limit = {1000, 1000};
    glia__writer       *writer;
    signal(SIGXFSZ, SIG_IGN);
    return setrlimit(RLIMIT_FSIZE, &limit) == 0 && glia__writer_open(&writer, path) == GLIA_OK &&
           glia__writer_write(writer, plain, PLAIN_MOST) == GLIA_E_WRITE &&
           glia__writer_write(writer, plain, 1) == GLIA_E_WRITE &&
           fails_with(glia__writer_commit(writer), GLIA_E_WRITE, "File too large");
}

static void failure_is_remembered(void **state)
{
    (void)state;
    put("old", 3);
    assert_true(holds_in_child(commit_remembers));
    expect_content(path, "old", 3);
    assert_int_equal(entries_of_folder(), 1);
}

static void a_full_disk(void **state)
{
    (void)state;
    if (mount("glia-test", folder, "tmpfs", 0, "size=128k") != 0) {
        print_message("no disk could be mounted to be filled: %s\n", strerror(errno));
        skip();
    }
    put("old", 3);
    glia_status status = write_in_pieces(path, plain, PLAIN_MOST, 1000);
    bool        full = fails_with(status, GLIA_E_WRITE, "No space left on device");
    expect_content(path, "old", 3);
    size_t entries = entries_of_folder();
    assert_int_equal(umount(folder), 0);
    assert_true(full);
    assert_int_equal(entries, 1);
}

/* ---- killed on the way ------------------------------------------------------------------------------------------ */

static bool writes_and_dies(void)
{
    glia__writer *writer;
    if (glia__writer_open(&writer, path) || glia__writer_write(writer, plain, PLAIN_MOST)) return true;
    kill(getpid(), SIGKILL);
    return true;
}

static void killed_in_the_middle(void **state)
{
    (void)state;
    put("old", 3);
    for (size_t time = 1; time <= 2; time++) {
        assert_false(holds_in_child(writes_and_dies));
        expect_content(path, "old", 3);
        assert_int_equal(entries_of_folder(), 1 + time); /* what it had written is left behind */
    }
    EXPECT_OK(write_in_pieces(path, plain, 1000, 1000));
    expect_content(path, plain, 1000);
    DIR           *d = opendir(folder);
    struct dirent *entry;
    while ((entry = readdir(d)))
        if (strstr(entry->d_name, "file.part-")) assert_int_equal(unlinkat(dirfd(d), entry->d_name, 0), 0);
    closedir(d);
}

/* The name of the part is taken: by a process of the same number that died long ago. */
static void a_name_that_is_taken(void **state)
{
    (void)state;
    char part[192];
    snprintf(part, sizeof part, "%s.part-%ld", path, (long)getpid());
    assert_int_equal(symlink("/dev/null", part), 0);
    EXPECT_OK(write_in_pieces(path, plain, 10, 10));
    expect_content(path, plain, 10);
    assert_int_equal(entries_of_folder(), 2);
    assert_int_equal(unlink(part), 0);
}

/* ---- no memory -------------------------------------------------------------------------------------------------- */

static glia_status write_file(void)
{
    return write_in_pieces(other, plain, 100, 10);
}

static void no_memory(void **state)
{
    (void)state;
    expect_survives_scarcity(write_file, 4);
    assert_int_equal(entries_of_folder(), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(files_are_written),
        IN_FOLDER(the_old_file_stands_until_the_end),
        IN_FOLDER(permissions_are_kept),
        IN_FOLDER(links_stay_links),
        IN_FOLDER(bare_names),
        IN_FOLDER(two_writers),
        IN_FOLDER(pipes_are_written_directly),
        IN_FOLDER(standard_output),
        IN_FOLDER(a_full_device),
        IN_FOLDER(what_cannot_be_written),
        IN_FOLDER(permissions_bind),
        IN_FOLDER(a_file_that_may_not_grow),
        IN_FOLDER(failure_is_remembered),
        IN_FOLDER(a_full_disk),
        IN_FOLDER(killed_in_the_middle),
        IN_FOLDER(a_name_that_is_taken),
        IN_FOLDER(no_memory),
    };
    return cmocka_run_group_tests_name("file_write", tests, fill_plain, NULL);
}
