package dev.lateen.proxy.http;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.model.Cidr;
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
    /** What only internal requests may ask for. */
    private static final List<String> INTERNAL = List.of(
            "x-envoy-retry-on",
            "x-envoy-retry-grpc-on",
            "x-envoy-max-retries",
            "x-envoy-upstream-alt-stat-name",
            "x-envoy-upstream-rq-timeout-ms",
            "x-envoy-upstream-rq-per-try-timeout-ms",
            "x-envoy-upstream-rq-timeout-alt-response",
            "x-envoy-upstream-stream-duration-ms",
            "x-envoy-expected-rq-timeout-ms",
            "x-envoy-retriable-status-codes",
            "x-envoy-retriable-header-names",
            "x-envoy-hedge-on-per-try-timeout",
            "x-envoy-force-trace",
            "x-envoy-original-url",
            "x-envoy-ip-tags");

    /** What a hop inside the mesh says to the next; the edge believes none of it. */
    private static final List<String> HOP = List.of(
            "x-envoy-decorator-operation",
            "x-envoy-downstream-service-cluster",
            "x-envoy-downstream-service-node",
            "x-envoy-original-path",
            "x-envoy-original-host");

    private ForwardedHeaders() {}

    /** @return whether this is the edge: the request comes from outside, straight to us */
    static boolean apply(ExchangeFacts exchange, HttpConnectionManager manager) {
        HeaderMap headers = exchange.request().headers();
        headers.remove("x-envoy-internal");
        boolean internal =
                manager.forwarded().useRemoteAddress() ? atEdge(exchange, manager) : behind(exchange, manager);
        boolean edge = manager.forwarded().useRemoteAddress() && !internal;
        if (internal) {
            headers.set("x-envoy-internal", "true");
            return false;
        }
        remove(headers, INTERNAL);
        if (edge) {
            remove(headers, HOP);
            headers.set(
                    "x-envoy-external-address",
                    exchange.clientAddress().getAddress().getHostAddress());
        }
        return edge;
    }

    private static void remove(HeaderMap headers, List<String> names) {
        for (String name : names) {
            headers.remove(name);
        }
    }

    /** Believes who was there before. @return whether the request is internal */
    private static boolean behind(ExchangeFacts exchange, HttpConnectionManager manager) {
        HeaderMap headers = exchange.request().headers();
        if (!headers.contains("x-forwarded-proto")) {
            headers.add("x-forwarded-proto", exchange.connection().tls() == null ? "http" : "https");
        }
        CharSequence forwarded = headers.getJoined("x-forwarded-for");
        if (forwarded == null) {
            return false;
        }
        InetSocketAddress told = fromRight(forwarded, manager.forwarded().xffNumTrustedHops());
        if (told == null) {
            return false;
        }
        exchange.clientAddress(told);
        return forwarded.toString().indexOf(',') < 0 && isInternal(told, manager);
    }

    /** Believes the connection, and the trusted hops behind it. @return whether the request is internal */
    private static boolean atEdge(ExchangeFacts exchange, HttpConnectionManager manager) {
        HeaderMap headers = exchange.request().headers();
        int hops = manager.forwarded().xffNumTrustedHops();
        InetSocketAddress remote = exchange.connection().remoteAddress();
        CharSequence forwarded = headers.getJoined("x-forwarded-for");
        InetSocketAddress told = hops == 0 || forwarded == null ? null : fromRight(forwarded, hops - 1);
        exchange.clientAddress(told == null ? remote : told);
        if (!manager.forwarded().skipXffAppend()) {
            append(headers, forwarded, remote);
        }
        if (hops == 0 || !headers.contains("x-forwarded-proto")) {
            headers.set("x-forwarded-proto", exchange.connection().tls() == null ? "http" : "https");
        }
        if (manager.forwarded().appendXForwardedPort() && (hops == 0 || !headers.contains("x-forwarded-port"))) {
            headers.set(
                    "x-forwarded-port",
                    Integer.toString(exchange.connection().localAddress().getPort()));
        }
        return forwarded == null && isInternal(exchange.clientAddress(), manager);
    }

    private static void append(HeaderMap headers, @Nullable CharSequence before, InetSocketAddress remote) {
        String address = remote.getAddress() == null
                ? remote.getHostString()
                : remote.getAddress().getHostAddress();
        headers.set("x-forwarded-for", before == null || before.isEmpty() ? address : before + "," + address);
    }

    /** The address that stands {@code skip} places before the last one, or null. */
    private static @Nullable InetSocketAddress fromRight(CharSequence forwarded, int skip) {
        String[] addresses = forwarded.toString().split(",", -1);
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

    private static boolean isInternal(InetSocketAddress address, HttpConnectionManager manager) {
        InetAddress ip = address.getAddress();
        if (ip == null) {
            return false;
        }
        for (Cidr range : manager.forwarded().internalAddresses()) {
            if (range.contains(ip)) {
                return true;
            }
        }
        return false;
    }
}
