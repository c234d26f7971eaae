// puas-manager: hears what a service tells its manager. Binds a datagram socket as systemd does and prints a
// line for each word that arrives.
//
//   puas-manager SOCKET      -> ready
//                            -> told WORD     READY=1, WATCHDOG=1, STATUS=..., STOPPING=1
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { DATAGRAM_MAX = 4096 };

int main(int argc, char **argv)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    char text[DATAGRAM_MAX];
    if (argc != 2 || strlen(argv[1]) >= sizeof a.sun_path) {
        fprintf(stderr, "usage: puas-manager SOCKET\n");
        return 2;
    }
    strcpy(a.sun_path, argv[1]);
    int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof a) != 0) {
        fprintf(stderr, "puas-manager: %s: %s\n", argv[1], strerror(errno));
        return EXIT_FAILURE;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("ready");
    for (;;) {
        ssize_t n = recv(s, text, sizeof text - 1, 0);
        if (n < 0) {
            return errno == EINTR ? EXIT_SUCCESS : EXIT_FAILURE;
        }
        text[n] = '\0';
        for (char *word = strtok(text, "\n"); word != NULL; word = strtok(NULL, "\n")) {
            printf("told %s\n", word);
        }
    }
}
