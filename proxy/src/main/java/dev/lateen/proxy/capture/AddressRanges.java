package dev.lateen.proxy.capture;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * AddressRanges of addresses.
 *
 * @param all whether all addresses are meant
 * @param ranges in CIDR form, otherwise
 */
public record AddressRanges(boolean all, List<String> ranges) {
    /** None. */
    public static final AddressRanges NONE = new AddressRanges(false, List.of());

    /** Copies the list. */
    public AddressRanges {
        ranges = List.copyOf(ranges);
    }

    /**
     * Reads {@code *}, or ranges with commas between.
     *
     * @throws IllegalArgumentException for what is no range, with the text
     */
    public static AddressRanges parse(String text) {
        if (text.equals("*")) {
            return new AddressRanges(true, List.of());
        }
        List<String> ranges = new ArrayList<>();
        for (String range : text.split(",")) {
            if (!range.isEmpty()) {
                check(range);
                ranges.add(range);
            }
        }
        return new AddressRanges(false, ranges);
    }

    private static void check(String range) {
        int slash = range.indexOf('/');
        try {
            if (slash > 0) {
                int most = InetAddress.ofLiteral(range.substring(0, slash)).getAddress().length * 8;
                int bits = Integer.parseInt(range, slash + 1, range.length(), 10);
                if (bits >= 0 && bits <= most) {
                    return;
                }
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw new IllegalArgumentException(range + " (expected: a range such as 10.0.0.0/8)");
    }

    List<String> of(IpFamily family) {
        return ranges.stream().filter(range -> IpFamily.of(range) == family).toList();
    }

    /** Whether one of them is of loopback addresses, which then are not left alone. */
    boolean haveLoopback() {
        return ranges.stream().anyMatch(range -> address(range).isLoopbackAddress());
    }

    /** Whether there is one, of loopback addresses of IPv4 and of no others. */
    public boolean haveLoopbackOnly() {
        return ranges.size() == 1
                && IpFamily.of(ranges.getFirst()) == IpFamily.V4
                && address(ranges.getFirst()).isLoopbackAddress()
                && Integer.parseInt(
                                ranges.getFirst().substring(ranges.getFirst().indexOf('/') + 1))
                        >= 8;
    }

    private static InetAddress address(String range) {
        return InetAddress.ofLiteral(range.substring(0, range.indexOf('/')));
    }
}
