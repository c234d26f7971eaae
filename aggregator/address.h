// address: is an IP address one of this machine, of a private network or of no use on the internet? Pure.
//
// What a message is sent to is configured by people who may not mean the cloud's metadata service or the router's page:
// such addresses are refused unless the channel says allow_private. Asked about the address that is really connected to,
// not about the name, so that a name that changes its mind (DNS rebinding) does not help.
#ifndef PUAS_AGGREGATOR_ADDRESS_H
#define PUAS_AGGREGATOR_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

// In network order. By the special-purpose registries of IANA (RFC 6890): loopback, RFC 1918, link-local (with it
// 169.254.169.254), shared (100.64/10), benchmarking, multicast, reserved, unspecified.
bool address_is_private4(const uint8_t ip[4]);
// Loopback, unique local (fc00::/7), link-local, site-local, multicast, unspecified, and what wraps such an IPv4 address
// (mapped, compatible, NAT64, 6to4) or hides one (Teredo).
bool address_is_private6(const uint8_t ip[16]);

#endif
