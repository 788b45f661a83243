package dev.lateen.proxy.transport;

import dev.lateen.proxy.model.Cluster.ProxyProtocol;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The PROXY protocol's header for one client (HAProxy's {@code proxy-protocol.txt}).
 *
 * @param source the client's address
 * @param destination where the client connected to
 */
public record ProxyHeader(ProxyProtocol version, InetSocketAddress source, InetSocketAddress destination) {
    private static final byte[] SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte PROXY = 0x21;
    private static final byte STREAM = 1;
    private static final byte IPV4 = 0x10;
    private static final byte IPV6 = 0x20;

    /** Its bytes; where the addresses are not of one family, those that say "unknown". */
    byte[] bytes() {
        InetAddress from = source.getAddress();
        InetAddress to = destination.getAddress();
        boolean known = from != null && to != null && from.getClass() == to.getClass();
        return switch (version) {
            case V1 -> known ? text(from, to) : "PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII);
            case V2 -> known ? binary(from.getAddress(), to.getAddress()) : binary(new byte[0], new byte[0]);
        };
    }

    private byte[] text(InetAddress from, InetAddress to) {
        String family = from.getAddress().length == 4 ? "TCP4" : "TCP6";
        String line = "PROXY " + family + " " + NetUtil.toAddressString(from) + " " + NetUtil.toAddressString(to) + " "
                + source.getPort() + " " + destination.getPort() + "\r\n";
        return line.getBytes(StandardCharsets.US_ASCII);
    }

    private byte[] binary(byte[] from, byte[] to) {
        int length = from.length == 0 ? 0 : from.length + to.length + 4;
        ByteBuffer bytes = ByteBuffer.allocate(SIGNATURE.length + 4 + length)
                .put(SIGNATURE)
                .put(PROXY);
        if (length == 0) {
            return bytes.put((byte) 0).putShort((short) 0).array();
        }
        return bytes.put((byte) ((from.length == 4 ? IPV4 : IPV6) | STREAM))
                .putShort((short) length)
                .put(from)
                .put(to)
                .putShort((short) source.getPort())
                .putShort((short) destination.getPort())
                .array();
    }
}
