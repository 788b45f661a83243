package dev.lateen.proxy.http;

import dev.lateen.proxy.message.Exchange;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.model.HttpConnectionManager;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code X-Forwarded-For} and {@code X-Forwarded-Proto}, and who the client therefore is (Envoy docs, "HTTP header manipulation",
 * {@code use_remote_address} and {@code xff_num_trusted_hops}).
 */
final class ForwardedHeaders {
    /** What only a mesh's own members may ask; dropped at the edge. */
    private static final List<String> INTERNAL = List.of(
            "x-envoy-internal",
            "x-envoy-retry-on",
            "x-envoy-retry-grpc-on",
            "x-envoy-max-retries",
            "x-envoy-upstream-alt-stat-name",
            "x-envoy-upstream-rq-timeout-ms",
            "x-envoy-upstream-rq-per-try-timeout-ms",
            "x-envoy-upstream-rq-timeout-alt-response",
            "x-envoy-expected-rq-timeout-ms",
            "x-envoy-retriable-status-codes",
            "x-envoy-retriable-header-names",
            "x-envoy-hedge-on-per-try-timeout",
            "x-envoy-decorator-operation",
            "x-envoy-original-path",
            "x-envoy-original-host",
            "x-envoy-force-trace",
            "x-envoy-ip-tags");

    private ForwardedHeaders() {}

    static void apply(Exchange exchange, HttpConnectionManager manager) {
        HeaderMap headers = exchange.request().headers();
        String proto = exchange.connection().tls() == null ? "http" : "https";
        if (!manager.useRemoteAddress()) {
            InetSocketAddress told = fromRight(headers, manager.xffNumTrustedHops());
            if (told != null) {
                exchange.clientAddress(told);
            }
            if (!headers.contains("x-forwarded-proto")) {
                headers.add("x-forwarded-proto", proto);
            }
            return;
        }
        int hops = manager.xffNumTrustedHops();
        InetSocketAddress remote = exchange.connection().remoteAddress();
        InetSocketAddress told = hops == 0 ? null : fromRight(headers, hops - 1);
        exchange.clientAddress(told == null ? remote : told);
        boolean internal = isInternal(exchange.clientAddress()) && !headers.contains("x-forwarded-for");
        if (!manager.skipXffAppend()) {
            append(headers, remote);
        }
        if (hops == 0 || !headers.contains("x-forwarded-proto")) {
            headers.set("x-forwarded-proto", proto);
        }
        if (!internal) {
            for (String name : INTERNAL) {
                headers.remove(name);
            }
            headers.set(
                    "x-envoy-external-address",
                    exchange.clientAddress().getAddress().getHostAddress());
        } else {
            headers.set("x-envoy-internal", "true");
        }
    }

    private static void append(HeaderMap headers, InetSocketAddress remote) {
        String address = remote.getAddress() == null
                ? remote.getHostString()
                : remote.getAddress().getHostAddress();
        CharSequence before = headers.getJoined("x-forwarded-for");
        headers.set("x-forwarded-for", before == null || before.isEmpty() ? address : before + "," + address);
    }

    /** The address that stands {@code skip} places before the last one, or null. */
    private static @Nullable InetSocketAddress fromRight(HeaderMap headers, int skip) {
        CharSequence joined = headers.getJoined("x-forwarded-for");
        if (joined == null) {
            return null;
        }
        String[] addresses = joined.toString().split(",", -1);
        int index = addresses.length - 1 - skip;
        if (index < 0) {
            return null;
        }
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(addresses[index].trim());
        if (bytes == null) {
            return null;
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), 0);
        } catch (UnknownHostException impossible) {
            return null;
        }
    }

    /** Envoy's default for internal addresses: RFC 1918, unique local, loopback. */
    static boolean isInternal(InetSocketAddress address) {
        InetAddress ip = address.getAddress();
        if (ip == null) {
            return false;
        }
        byte[] bytes = ip.getAddress();
        return ip.isSiteLocalAddress() || ip.isLoopbackAddress() || bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
    }
}
