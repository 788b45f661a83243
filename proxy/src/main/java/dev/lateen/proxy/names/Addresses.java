package dev.lateen.proxy.names;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/**
 * The addresses of a name.
 *
 * @param ipv4 of 4 bytes each
 * @param ipv6 of 16 bytes each
 */
public record Addresses(List<byte[]> ipv4, List<byte[]> ipv6) {
    public Addresses {
        ipv4 = List.copyOf(ipv4);
        ipv6 = List.copyOf(ipv6);
    }

    /** What can be read of some texts; what is no address is left out. */
    static Addresses of(List<String> texts) {
        List<byte[]> ipv4 = new ArrayList<>();
        List<byte[]> ipv6 = new ArrayList<>();
        for (String text : texts) {
            try {
                byte[] bytes = InetAddress.ofLiteral(text).getAddress();
                (bytes.length == 4 ? ipv4 : ipv6).add(bytes);
            } catch (IllegalArgumentException e) {
                // As Istio's agent does: one bad address costs nobody else's.
                continue;
            }
        }
        return new Addresses(ipv4, ipv6);
    }

    boolean isEmpty() {
        return ipv4.isEmpty() && ipv6.isEmpty();
    }
}
