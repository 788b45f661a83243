package dev.lateen.proxy.route;

import dev.lateen.proxy.message.ConnectionFacts;
import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.model.RouteAction.HashPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A route's {@code hash_policy} list: what ring hash and Maglev balance by. Several policies are combined as Envoy combines them (the hash
 * so far rotated by one bit, then exclusive or), so both proxies agree. Safe for use by several threads.
 */
public final class HashPolicies {
    /** No policy at all. */
    public static final HashPolicies NONE = new HashPolicies(List.of());
    /** The request has nothing to be known again by; the balancer takes a random host. */
    public static final long NO_HASH = 0;

    private final List<HashPolicy> policies;

    private HashPolicies(List<HashPolicy> policies) {
        this.policies = policies;
    }

    static HashPolicies compile(List<HashPolicy> policies) {
        return policies.isEmpty() ? NONE : new HashPolicies(policies);
    }

    public boolean isEmpty() {
        return policies.isEmpty();
    }

    /** The request's hash, or {@link #NO_HASH}. A cookie that is to be generated counts with the value it will get. */
    public long hash(ExchangeFacts exchange) {
        long hash = 0;
        boolean any = false;
        for (HashPolicy policy : policies) {
            OptionalLong part = one(policy, exchange);
            if (part.isPresent()) {
                hash = (any ? Long.rotateLeft(hash, 1) : 0) ^ part.getAsLong();
                any = true;
            }
            if (any && policy.terminal()) {
                break;
            }
        }
        // A request may, once in 2^64, hash to the value that means none.
        return any && hash == NO_HASH ? 1 : hash;
    }

    private static OptionalLong one(HashPolicy policy, ExchangeFacts exchange) {
        return switch (policy) {
            case HashPolicy.Header header -> header(exchange.request().headers(), header.lowerCaseName());
            case HashPolicy.Cookie cookie -> {
                CharSequence value = Cookies.value(exchange.request().headers(), cookie.name());
                if (value == null || value.isEmpty()) {
                    value = cookie.ttl() == null ? null : generated(exchange.connection());
                }
                yield value == null ? OptionalLong.empty() : OptionalLong.of(XxHash64.hash(value));
            }
            case HashPolicy.SourceIp ip -> {
                long hash = ofAddress(exchange.clientAddress());
                yield hash == NO_HASH ? OptionalLong.empty() : OptionalLong.of(hash);
            }
            case HashPolicy.QueryParameter parameter -> {
                String value = QueryParameters.first(exchange.request().path(), parameter.name());
                yield value == null ? OptionalLong.empty() : OptionalLong.of(XxHash64.hash(value));
            }
        };
    }

    /** The hash of an address without its port; {@link #NO_HASH} if it is not resolved. */
    public static long ofAddress(InetSocketAddress client) {
        InetAddress address = client.getAddress();
        return address == null ? NO_HASH : XxHash64.hash(address.getHostAddress());
    }

    private static OptionalLong header(HeaderMap headers, String name) {
        int first = headers.find(name, 0);
        if (first < 0) {
            return OptionalLong.empty();
        }
        int next = headers.find(name, first + 1);
        if (next < 0) {
            return OptionalLong.of(XxHash64.hash(headers.value(first)));
        }
        List<String> values = new ArrayList<>();
        for (int i = first; i >= 0; i = headers.find(name, i + 1)) {
            values.add(headers.value(i).toString());
        }
        Collections.sort(values);
        long hash = 0;
        for (String value : values) {
            hash = XxHash64.hash(value, hash);
        }
        return OptionalLong.of(hash);
    }

    /** The {@code set-cookie} value to add to the response because the request lacked a generated cookie, or null. */
    public @Nullable String setCookie(ExchangeFacts exchange) {
        for (HashPolicy policy : policies) {
            if (policy instanceof HashPolicy.Cookie cookie && cookie.ttl() != null) {
                CharSequence sent = Cookies.value(exchange.request().headers(), cookie.name());
                if (sent == null || sent.isEmpty()) {
                    return Cookies.set(cookie, generated(exchange.connection()));
                }
            }
        }
        return null;
    }

    /** The same for all requests of a connection, so a client without cookies stays with its host as long as it stays connected. */
    private static String generated(ConnectionFacts connection) {
        long hash = XxHash64.hash(connection.remoteAddress().toString() + connection.localAddress());
        return Long.toHexString(hash);
    }
}
