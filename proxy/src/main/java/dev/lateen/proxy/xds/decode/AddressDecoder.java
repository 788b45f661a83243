package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.Cidr;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.core.v3.Address} and {@code CidrRange}. Names are never looked up here. */
public final class AddressDecoder {
    private AddressDecoder() {}

    /** An address to bind; must be an IP literal. */
    public static InetSocketAddress bindAddress(ProtoNode address) {
        ProtoNode socket = address.message("socket_address");
        if (socket == null) {
            throw address.error("address", "no socket_address (accepted: socket_address)");
        }
        return new InetSocketAddress(literal(socket, "address"), port(socket));
    }

    /** The port of a {@code SocketAddress}. @throws ConfigException when it is none */
    public static int port(ProtoNode socket) {
        socket.ignoring("ipv4_compat");
        if (!socket.choice("protocol").equals("TCP")) {
            throw socket.unsupported("protocol", socket.choice("protocol"), "TCP");
        }
        long port = socket.number("port_value");
        if (port > 65535) {
            throw socket.unsupported("port_value", String.valueOf(port), "0 to 65535");
        }
        return (int) port;
    }

    /** An IP literal in a field. */
    static InetAddress literal(ProtoNode node, String field) {
        String text = node.required(field);
        InetAddress address = literal(text);
        if (address == null) {
            throw node.unsupported(field, '"' + text + '"', "an IPv4 or IPv6 literal");
        }
        return address;
    }

    /** The address of an IP literal, or null for anything else. */
    static @Nullable InetAddress literal(String text) {
        boolean looksLikeIp = !text.isEmpty()
                && text.chars().allMatch(c -> c == '.' || c == ':' || c == '%' || Character.digit(c, 16) >= 0)
                && (text.indexOf(':') >= 0 || text.chars().filter(c -> c == '.').count() == 3);
        if (!looksLikeIp) {
            return null;
        }
        try {
            // ofLiteral never asks a resolver.
            return InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static Cidr cidr(ProtoNode range) {
        InetAddress address = literal(range, "address_prefix");
        long length = range.wrapped("prefix_len", 0);
        int most = address.getAddress().length * 8;
        if (length > most) {
            throw range.unsupported("prefix_len", String.valueOf(length), "0 to " + most);
        }
        return new Cidr(masked(address, (int) length), (int) length);
    }

    static List<Cidr> cidrs(List<ProtoNode> ranges) {
        return ranges.stream().map(AddressDecoder::cidr).toList();
    }

    private static InetAddress masked(InetAddress address, int length) {
        byte[] bytes = address.getAddress();
        for (int i = 0; i < bytes.length; i++) {
            int keep = Math.clamp(length - i * 8L, 0, 8);
            bytes[i] &= (byte) (0xff << (8 - keep));
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
