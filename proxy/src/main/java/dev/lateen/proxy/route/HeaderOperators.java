package dev.lateen.proxy.route;

import dev.lateen.proxy.message.Exchange;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.message.TlsFacts;
import java.net.InetSocketAddress;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Envoy's command operators as header values may use them. */
final class HeaderOperators {
    private HeaderOperators() {}

    /** @param text what stands between the percent signs, such as {@code REQ(x-id?:path):20}; @return null when it is unknown */
    static HeaderFormat.@Nullable Part parse(String text) {
        int open = text.indexOf('(');
        int close = text.lastIndexOf(')');
        if (open >= 0 && close < open) {
            return null;
        }
        int colon = text.indexOf(':', close + 1);
        int limit = colon < 0 ? Integer.MAX_VALUE : number(text.substring(colon + 1));
        if (limit < 0) {
            return null;
        }
        String name = open < 0 ? (colon < 0 ? text : text.substring(0, colon)) : text.substring(0, open);
        String argument = open < 0 ? null : text.substring(open + 1, close);
        HeaderFormat.Part part = argument == null ? plain(name) : withArgument(name, argument);
        return part == null || limit == Integer.MAX_VALUE ? part : shortened(part, limit);
    }

    private static int number(String text) {
        try {
            return Integer.parseUnsignedInt(text);
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }

    private static HeaderFormat.Part shortened(HeaderFormat.Part part, int limit) {
        return (exchange, request, response) -> {
            CharSequence value = part.value(exchange, request, response);
            return value == null || value.length() <= limit ? value : value.subSequence(0, limit);
        };
    }

    private static HeaderFormat.@Nullable Part withArgument(String name, String argument) {
        int question = argument.indexOf('?');
        String first = PathCondition.lower(question < 0 ? argument : argument.substring(0, question));
        String second = question < 0 ? "" : PathCondition.lower(argument.substring(question + 1));
        return switch (name) {
            case "REQ" -> (exchange, request, response) -> requestHeader(request, first, second);
            case "RESP" -> (exchange, request, response) -> responseHeader(response, first, second);
            case "START_TIME" -> {
                StartTimeFormat format = StartTimeFormat.compile(argument);
                yield (exchange, request, response) -> format.format(exchange.startEpochMillis());
            }
            // Nothing in this proxy writes dynamic metadata or filter state that a header could show.
            case "DYNAMIC_METADATA", "FILTER_STATE", "PER_REQUEST_STATE", "CLUSTER_METADATA", "UPSTREAM_METADATA" ->
                (exchange, request, response) -> null;
            default -> null;
        };
    }

    private static @Nullable CharSequence requestHeader(RequestHead request, String first, String second) {
        CharSequence value = HeaderConditions.value(first, request);
        return value == null && !second.isEmpty() ? HeaderConditions.value(second, request) : value;
    }

    private static @Nullable CharSequence responseHeader(@Nullable ResponseHead response, String first, String second) {
        if (response == null) {
            return null;
        }
        if (first.equals(":status")) {
            return Integer.toString(response.status());
        }
        CharSequence value = response.headers().getJoined(first);
        return value == null && !second.isEmpty() ? response.headers().getJoined(second) : value;
    }

    private static HeaderFormat.@Nullable Part plain(String name) {
        return switch (name) {
            case "DOWNSTREAM_REMOTE_ADDRESS" -> of(e -> address(e.clientAddress()));
            case "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" -> of(e -> ip(e.clientAddress()));
            case "DOWNSTREAM_REMOTE_PORT" -> of(e -> Integer.toString(e.clientAddress().getPort()));
            case "DOWNSTREAM_DIRECT_REMOTE_ADDRESS" -> of(e -> address(e.connection().remoteAddress()));
            case "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT" -> of(e -> ip(e.connection().remoteAddress()));
            case "DOWNSTREAM_LOCAL_ADDRESS" -> of(e -> address(e.connection().localAddress()));
            case "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT" -> of(e -> ip(e.connection().localAddress()));
            case "DOWNSTREAM_LOCAL_PORT" -> of(e -> Integer.toString(e.connection().localAddress().getPort()));
            case "START_TIME" -> {
                StartTimeFormat format = StartTimeFormat.DEFAULT;
                yield of(e -> format.format(e.startEpochMillis()));
            }
            case "PROTOCOL" -> (exchange, request, response) -> request.protocol().text();
            case "UPSTREAM_HOST", "UPSTREAM_REMOTE_ADDRESS" -> of(HeaderOperators::upstreamHost);
            case "UPSTREAM_CLUSTER" -> of(e -> e.cluster() == null ? null : e.cluster().statName());
            case "UPSTREAM_CLUSTER_RAW" -> of(e -> e.cluster() == null ? null : e.cluster().name());
            case "ROUTE_NAME" -> of(e -> e.route() == null ? null : e.route().name());
            case "VIRTUAL_CLUSTER_NAME" -> of(e -> null);
            case "CONNECTION_ID" -> of(e -> Long.toString(e.connection().id()));
            case "RESPONSE_CODE" -> of(e -> Integer.toString(e.responseStatus()));
            case "RESPONSE_CODE_DETAILS" -> of(Exchange::responseCodeDetails);
            case "RESPONSE_FLAGS" -> of(HeaderOperators::flags);
            case "UPSTREAM_TRANSPORT_FAILURE_REASON" -> of(Exchange::upstreamTransportFailure);
            case "REQUESTED_SERVER_NAME" -> of(e -> e.connection().requestedServerName());
            default -> ofTls(name);
        };
    }

    private static HeaderFormat.@Nullable Part ofTls(String name) {
        return switch (name) {
            case "DOWNSTREAM_PEER_URI_SAN" -> tls(t -> String.join(",", t.peerUriSans()));
            case "DOWNSTREAM_PEER_DNS_SAN" -> tls(t -> String.join(",", t.peerDnsSans()));
            case "DOWNSTREAM_LOCAL_URI_SAN" -> tls(TlsFacts::localUriSan);
            case "DOWNSTREAM_PEER_SUBJECT" -> tls(TlsFacts::peerSubject);
            case "DOWNSTREAM_PEER_FINGERPRINT_256" -> tls(TlsFacts::peerSha256);
            case "DOWNSTREAM_TLS_VERSION" -> tls(TlsFacts::version);
            case "DOWNSTREAM_TLS_CIPHER" -> tls(TlsFacts::cipher);
            default -> null;
        };
    }

    private static HeaderFormat.Part of(Function<Exchange, @Nullable String> value) {
        return (exchange, request, response) -> value.apply(exchange);
    }

    private static HeaderFormat.Part tls(Function<TlsFacts, String> value) {
        return (exchange, request, response) -> {
            TlsFacts facts = exchange.connection().tls();
            return facts == null ? null : value.apply(facts);
        };
    }

    private static @Nullable String upstreamHost(Exchange exchange) {
        var endpoint = exchange.endpoint();
        return endpoint == null ? null : endpoint.host() + ":" + endpoint.port();
    }

    private static String address(InetSocketAddress address) {
        String ip = ip(address);
        return (ip.indexOf(':') >= 0 ? "[" + ip + "]" : ip) + ":" + address.getPort();
    }

    private static String ip(InetSocketAddress address) {
        return address.getAddress() == null ? address.getHostString() : address.getAddress().getHostAddress();
    }

    private static String flags(Exchange exchange) {
        StringBuilder text = new StringBuilder();
        for (ResponseFlag flag : ResponseFlag.values()) {
            if (exchange.hasFlag(flag)) {
                text.append(text.isEmpty() ? "" : ",").append(flag.text());
            }
        }
        return text.isEmpty() ? "-" : text.toString();
    }
}
