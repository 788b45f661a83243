package dev.lateen.proxy.message;

import dev.lateen.proxy.message.SubstitutionFormat.Facts;
import dev.lateen.proxy.message.SubstitutionFormat.Numeric;
import dev.lateen.proxy.message.SubstitutionFormat.Part;
import dev.lateen.proxy.message.SubstitutionFormat.Structured;
import dev.lateen.proxy.model.Cluster;
import dev.lateen.proxy.model.Endpoint;
import dev.lateen.proxy.model.Route;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Envoy's command operators by name. */
final class CommandOperators {
    private static final DateTimeFormatter START_TIME = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private static final Map<String, Part> PLAIN = Map.ofEntries(
            Map.entry("PROTOCOL", http(e -> e.request().protocol().text())),
            Map.entry("RESPONSE_CODE", CommandOperators::responseCode),
            Map.entry("RESPONSE_FLAGS", CommandOperators::flags),
            Map.entry("RESPONSE_CODE_DETAILS", http(e -> emptyToNull(e.responseCodeDetails()))),
            Map.entry("CONNECTION_TERMINATION_DETAILS", tcp(s -> emptyToNull(s.connectionTerminationDetails()))),
            Map.entry("UPSTREAM_TRANSPORT_FAILURE_REASON", CommandOperators::transportFailure),
            Map.entry("BYTES_RECEIVED", stream(s -> String.valueOf(s.receivedBytes()))),
            Map.entry("BYTES_SENT", stream(s -> String.valueOf(s.sentBytes()))),
            Map.entry("DURATION", stream(s -> millisSinceStart(s, s.completeNanos()))),
            Map.entry("REQUEST_DURATION", http(e -> millisSinceStart(e, e.requestCompleteNanos()))),
            Map.entry("RESPONSE_DURATION", http(e -> millisSinceStart(e, e.upstreamFirstByteReceivedNanos()))),
            Map.entry("RESPONSE_TX_DURATION", http(CommandOperators::responseTxDuration)),
            Map.entry("UPSTREAM_HOST", CommandOperators::upstreamHost),
            Map.entry("UPSTREAM_REMOTE_ADDRESS", CommandOperators::upstreamHost),
            Map.entry("UPSTREAM_CLUSTER", upstreamCluster(Cluster::statName)),
            Map.entry("UPSTREAM_CLUSTER_RAW", upstreamCluster(Cluster::name)),
            Map.entry("UPSTREAM_LOCAL_ADDRESS", CommandOperators::upstreamLocalAddress),
            Map.entry("UPSTREAM_REQUEST_ATTEMPT_COUNT", http(e -> String.valueOf(e.attempts()))),
            Map.entry(
                    "DOWNSTREAM_LOCAL_ADDRESS", facts -> text(facts.connection().localAddress())),
            Map.entry(
                    "DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT",
                    facts -> host(facts.connection().localAddress())),
            Map.entry(
                    "DOWNSTREAM_LOCAL_PORT",
                    facts -> String.valueOf(facts.connection().localAddress().getPort())),
            Map.entry("DOWNSTREAM_REMOTE_ADDRESS", facts -> text(facts.stream().clientAddress())),
            Map.entry(
                    "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT",
                    facts -> host(facts.stream().clientAddress())),
            Map.entry(
                    "DOWNSTREAM_REMOTE_PORT",
                    facts -> String.valueOf(facts.stream().clientAddress().getPort())),
            Map.entry(
                    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS",
                    facts -> text(facts.connection().remoteAddress())),
            Map.entry(
                    "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT",
                    facts -> host(facts.connection().remoteAddress())),
            Map.entry(
                    "REQUESTED_SERVER_NAME",
                    facts -> emptyToNull(facts.connection().requestedServerName())),
            Map.entry("UPSTREAM_PEER_URI_SAN", upstreamTls(t -> String.join(",", t.peerUriSans()))),
            Map.entry("UPSTREAM_PEER_DNS_SAN", upstreamTls(t -> String.join(",", t.peerDnsSans()))),
            Map.entry("UPSTREAM_PEER_SUBJECT", upstreamTls(TlsFacts::peerSubject)),
            Map.entry("UPSTREAM_LOCAL_URI_SAN", upstreamTls(TlsFacts::localUriSan)),
            Map.entry("UPSTREAM_TLS_VERSION", upstreamTls(TlsFacts::version)),
            Map.entry("UPSTREAM_TLS_CIPHER", upstreamTls(TlsFacts::cipher)),
            Map.entry("DOWNSTREAM_PEER_URI_SAN", tls(t -> String.join(",", t.peerUriSans()))),
            Map.entry("DOWNSTREAM_PEER_DNS_SAN", tls(t -> String.join(",", t.peerDnsSans()))),
            Map.entry("DOWNSTREAM_LOCAL_URI_SAN", tls(TlsFacts::localUriSan)),
            Map.entry("DOWNSTREAM_PEER_SUBJECT", tls(TlsFacts::peerSubject)),
            Map.entry("DOWNSTREAM_PEER_FINGERPRINT_256", tls(TlsFacts::peerSha256)),
            Map.entry("DOWNSTREAM_TLS_VERSION", tls(TlsFacts::version)),
            Map.entry("DOWNSTREAM_TLS_CIPHER", tls(TlsFacts::cipher)),
            Map.entry(
                    "CONNECTION_ID", facts -> String.valueOf(facts.connection().id())),
            Map.entry("ROUTE_NAME", http(CommandOperators::routeName)),
            Map.entry("VIRTUAL_CLUSTER_NAME", facts -> null),
            Map.entry("GRPC_STATUS", http(CommandOperators::grpcStatusName)),
            Map.entry("GRPC_STATUS_NUMBER", http(CommandOperators::grpcStatus)),
            Map.entry("TRACE_ID", http(e -> e.request().headers().get("x-b3-traceid"))),
            Map.entry(
                    "START_TIME",
                    facts -> START_TIME.format(
                            Instant.ofEpochMilli(facts.stream().startEpochMillis()))));

    /** Those whose values Envoy's JSON has as numbers. */
    private static final Set<String> NUMBERS = Set.of(
            "RESPONSE_CODE",
            "BYTES_RECEIVED",
            "BYTES_SENT",
            "DURATION",
            "REQUEST_DURATION",
            "RESPONSE_DURATION",
            "RESPONSE_TX_DURATION",
            "UPSTREAM_REQUEST_ATTEMPT_COUNT",
            "DOWNSTREAM_LOCAL_PORT",
            "DOWNSTREAM_REMOTE_PORT",
            "CONNECTION_ID",
            "GRPC_STATUS_NUMBER");

    private CommandOperators() {}

    /** @param text what stands between the percent signs */
    static Part compile(String text) {
        int open = text.indexOf('(');
        String name = open < 0 ? text : text.substring(0, open);
        int close = text.lastIndexOf(')');
        String argument = open < 0 || close < open ? "" : text.substring(open + 1, close);
        int limit = limit(close < 0 ? "" : text.substring(close + 1));
        if (name.equals("DYNAMIC_METADATA")) {
            List<String> keys = List.of(argument.split(":", -1));
            return new Structured(keys.getFirst(), keys.subList(1, keys.size()), limit);
        }
        Part part = switch (name) {
            case "REQ" -> requestHeader(argument);
            case "REQ_WITHOUT_QUERY" -> withoutQuery(requestHeader(argument));
            case "RESP" -> responseHeader(argument);
            case "TRAILER" ->
                http(e -> e.responseTrailers() == null
                        ? null
                        : e.responseTrailers().getJoined(lower(argument)));
            case "FILTER_STATE", "CLUSTER_METADATA", "UPSTREAM_METADATA", "ENVIRONMENT" -> facts -> null;
            // Operators that have nothing to tell here: a log with a dash in it is worth more than none.
            case "HOSTNAME",
                    "UPSTREAM_PROTOCOL",
                    "FILTER_CHAIN_NAME",
                    "DOWNSTREAM_TRANSPORT_FAILURE_REASON",
                    "DOWNSTREAM_DETECTED_CLOSE_TYPE",
                    "UPSTREAM_DETECTED_CLOSE_TYPE",
                    "DOWNSTREAM_TLS_SESSION_ID",
                    "UPSTREAM_TLS_SESSION_ID",
                    "DOWNSTREAM_PEER_SERIAL",
                    "DOWNSTREAM_PEER_ISSUER",
                    "UPSTREAM_CONNECTION_ID",
                    "STREAM_ID" -> facts -> null;
            case "START_TIME" -> argument.isEmpty() ? PLAIN.get("START_TIME") : startTime(argument);
            default -> PLAIN.get(name);
        };
        if (part == null) {
            throw new IllegalArgumentException("format: %" + text + "% (expected: one of REQ(X?Y), RESP(X?Y), "
                    + "TRAILER(X), " + String.join(", ", new java.util.TreeSet<>(PLAIN.keySet())) + ")");
        }
        Part typed = NUMBERS.contains(name) ? new Numeric(part) : part;
        return limit < 0 ? typed : limited(part, limit);
    }

    private static int limit(String suffix) {
        if (suffix.isEmpty()) {
            return -1;
        }
        try {
            return Integer.parseInt(suffix.substring(1));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("format: length '" + suffix + "' (expected: a number after ':')", e);
        }
    }

    private static Part limited(Part part, int limit) {
        return facts -> {
            CharSequence value = part.value(facts);
            return value == null || value.length() <= limit ? value : value.subSequence(0, limit);
        };
    }

    private static Part stream(Function<StreamFacts, @Nullable CharSequence> read) {
        return facts -> read.apply(facts.stream());
    }

    private static Part http(Function<ExchangeFacts, @Nullable CharSequence> read) {
        return facts -> facts.stream() instanceof ExchangeFacts exchange ? read.apply(exchange) : null;
    }

    private static Part tcp(Function<TcpSession, @Nullable CharSequence> read) {
        return facts -> facts.stream() instanceof TcpSession session ? read.apply(session) : null;
    }

    private static Part tls(Function<TlsFacts, String> read) {
        return facts -> {
            TlsFacts tls = facts.connection().tls();
            return tls == null ? null : emptyToNull(read.apply(tls));
        };
    }

    private static Part upstreamTls(Function<TlsFacts, String> read) {
        return facts -> {
            TlsFacts tls = facts.stream().upstreamTls();
            return tls == null ? null : emptyToNull(read.apply(tls));
        };
    }

    /** {@code X?Y}: the first header, or the second when it is absent. */
    private static Part requestHeader(String argument) {
        String[] names = alternatives(argument);
        return facts -> {
            RequestHead head = facts.request();
            if (head == null) {
                return null;
            }
            CharSequence value = requestValue(head, names[0]);
            return value == null && names.length > 1 ? requestValue(head, names[1]) : value;
        };
    }

    private static Part withoutQuery(Part path) {
        return facts -> {
            CharSequence value = path.value(facts);
            int mark = value == null ? -1 : value.toString().indexOf('?');
            return mark < 0 || value == null ? value : value.subSequence(0, mark);
        };
    }

    private static @Nullable CharSequence requestValue(RequestHead head, String name) {
        return switch (name) {
            case ":method" -> emptyToNull(head.method());
            case ":path" -> emptyToNull(head.path());
            case ":authority", "host" -> emptyToNull(head.authority());
            case ":scheme" -> head.scheme();
            default -> head.headers().getJoined(name);
        };
    }

    private static Part responseHeader(String argument) {
        String[] names = alternatives(argument);
        return facts -> {
            ResponseHead head = facts.response();
            if (head == null) {
                return null;
            }
            for (String name : names) {
                CharSequence value = name.equals(":status")
                        ? String.valueOf(head.status())
                        : head.headers().getJoined(name);
                if (value != null) {
                    return value;
                }
            }
            return null;
        };
    }

    private static String[] alternatives(String argument) {
        int mark = argument.indexOf('?');
        return mark < 0
                ? new String[] {lower(argument)}
                : new String[] {lower(argument.substring(0, mark)), lower(argument.substring(mark + 1))};
    }

    private static Part startTime(String pattern) {
        if (pattern.equals("%s")) {
            return facts -> String.valueOf(facts.stream().startEpochMillis() / 1000);
        }
        DateTimeFormatter formatter = StrftimePattern.compile(pattern);
        return facts -> formatter.format(Instant.ofEpochMilli(facts.stream().startEpochMillis()));
    }

    /** Also while the response's head is still being written. */
    private static CharSequence responseCode(Facts facts) {
        ResponseHead head = facts.response();
        if (head != null) {
            return String.valueOf(head.status());
        }
        return facts.stream() instanceof ExchangeFacts exchange ? String.valueOf(exchange.responseStatus()) : "0";
    }

    private static @Nullable CharSequence flags(Facts facts) {
        String text = ResponseFlag.text(facts.stream().responseFlags());
        return text == null ? "-" : text;
    }

    private static @Nullable CharSequence transportFailure(Facts facts) {
        String reason = facts.stream().upstreamTransportFailure();
        // A log line is split at blanks.
        return reason.isEmpty() ? null : reason.replace(' ', '_');
    }

    private static @Nullable CharSequence millisSinceStart(StreamFacts stream, long nanos) {
        return nanos == StreamFacts.NEVER ? null : String.valueOf((nanos - stream.startNanos()) / 1_000_000);
    }

    private static @Nullable CharSequence responseTxDuration(ExchangeFacts exchange) {
        return exchange.completeNanos() == StreamFacts.NEVER
                        || exchange.upstreamFirstByteReceivedNanos() == StreamFacts.NEVER
                ? null
                : String.valueOf((exchange.completeNanos() - exchange.upstreamFirstByteReceivedNanos()) / 1_000_000);
    }

    private static @Nullable CharSequence upstreamHost(Facts facts) {
        Endpoint endpoint = facts.stream().endpoint();
        return endpoint == null ? null : endpoint.host() + ":" + endpoint.port();
    }

    private static Part upstreamCluster(Function<Cluster, String> name) {
        return facts -> {
            Cluster cluster = facts.stream().cluster();
            return cluster == null ? null : name.apply(cluster);
        };
    }

    private static @Nullable CharSequence upstreamLocalAddress(Facts facts) {
        InetSocketAddress address = facts.stream().upstreamLocalAddress();
        return address == null ? null : text(address);
    }

    private static @Nullable CharSequence routeName(ExchangeFacts exchange) {
        Route route = exchange.route();
        return route == null ? null : emptyToNull(route.name());
    }

    private static @Nullable CharSequence grpcStatusName(ExchangeFacts exchange) {
        CharSequence number = grpcStatus(exchange);
        return number == null ? null : GrpcStatus.name(number);
    }

    /** Of gRPC requests only; what the answer does not say follows from its HTTP status. */
    private static @Nullable CharSequence grpcStatus(ExchangeFacts exchange) {
        if (!exchange.request().isGrpc()) {
            return null;
        }
        HeaderMap trailers = exchange.responseTrailers();
        CharSequence status = trailers == null ? null : trailers.get("grpc-status");
        ResponseHead head = exchange.response();
        if (status == null && head != null) {
            status = head.headers().get("grpc-status");
            status = status == null ? String.valueOf(GrpcStatus.ofHttp(head.status())) : status;
        }
        return status;
    }

    private static String host(InetSocketAddress address) {
        return address.getAddress() == null
                ? address.getHostString()
                : address.getAddress().getHostAddress();
    }

    private static String text(InetSocketAddress address) {
        String host = host(address);
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private static @Nullable String emptyToNull(String text) {
        return text.isEmpty() ? null : text;
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }
}
