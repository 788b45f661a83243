package dev.lateen.istiod.jwks;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Addresses with a common beginning. @param length of it, in bits */
record AddressBlock(InetAddress first, int length) {
    /** Where clouds tell machines their secrets; and all that is link-local. Nobody's keys are there. */
    static final List<AddressBlock> ALWAYS = List.of(
            of("169.254.0.0/16"),
            of("fe80::/10"),
            of("fd00:ec2::254/128"),
            of("100.100.100.200/32"),
            of("168.63.129.16/32"),
            of("192.0.0.192/32"));

    /** Null for what is none. */
    static @Nullable AddressBlock parse(String cidr) {
        int slash = cidr.indexOf('/');
        try {
            InetAddress address = InetAddress.ofLiteral(slash < 0 ? cidr : cidr.substring(0, slash));
            int most = address.getAddress().length * 8;
            int length = slash < 0 ? most : Integer.parseInt(cidr.substring(slash + 1));
            return length < 0 || length > most ? null : new AddressBlock(address, length);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static AddressBlock of(String cidr) {
        AddressBlock block = parse(cidr);
        if (block == null) {
            throw new IllegalArgumentException(cidr);
        }
        return block;
    }

    boolean contains(InetAddress address) {
        byte[] mine = first.getAddress();
        byte[] its = address.getAddress();
        if (mine.length != its.length) {
            return false;
        }
        int whole = length / 8;
        if (!Arrays.equals(mine, 0, whole, its, 0, whole)) {
            return false;
        }
        int rest = length % 8;
        return rest == 0 || ((mine[whole] ^ its[whole]) & 0xff) >> (8 - rest) == 0;
    }

    @Override
    public String toString() {
        return first.getHostAddress() + "/" + length;
    }
}
