package dev.lateen.proxy.model;

import java.net.InetAddress;
import java.util.Arrays;

/** An address range: {@code envoy.config.core.v3.CidrRange}. An IPv4-mapped IPv6 address counts as IPv4. */
public final class Cidr {
    private final byte[] network;
    private final int prefixLength;

    /** @param prefixLength 0 to 32 (IPv4) or 128 (IPv6) */
    public Cidr(InetAddress address, int prefixLength) {
        this.network = address.getAddress();
        if (prefixLength < 0 || prefixLength > network.length * 8) {
            throw new IllegalArgumentException(
                    "prefix length: " + prefixLength + " (expected: 0 to " + network.length * 8 + ")");
        }
        this.prefixLength = prefixLength;
    }

    public int prefixLength() {
        return prefixLength;
    }

    /** Whether the address lies in this range; never across address families. */
    public boolean contains(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (bytes.length != network.length) {
            return false;
        }
        int whole = prefixLength / 8;
        for (int i = 0; i < whole; i++) {
            if (bytes[i] != network[i]) {
                return false;
            }
        }
        int rest = prefixLength % 8;
        return rest == 0 || ((bytes[whole] ^ network[whole]) & (0xff << (8 - rest)) & 0xff) == 0;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Cidr that && prefixLength == that.prefixLength && Arrays.equals(network, that.network);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(network) + prefixLength;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < network.length; i++) {
            text.append(i == 0 ? "" : network.length == 4 ? "." : ":").append(network[i] & 0xff);
        }
        return text.append('/').append(prefixLength).toString();
    }
}
