package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.Listener.ListenerFilters;
import dev.lateen.proxy.model.Listener.OriginalSrc;
import dev.lateen.proxy.model.NetworkFilterConfig;
import dev.lateen.proxy.xds.proto.ProtoNode;
import dev.lateen.proxy.xds.proto.ProtoSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@code Listener.listener_filters}: which facts are gathered before a chain is chosen. */
final class ListenerFilterDecoder {
    private static final String LISTENER = "envoy.extensions.filters.listener.";
    private static final String ACCEPTED = "tls_inspector, http_inspector, original_dst, original_src, proxy_protocol";

    /** Without them connections come as they are, which lets nobody in who would not be let in. */
    private static final Set<String> HARMLESS = Set.of("postgres_inspector", "set_filter_state");

    /** Envoy's default for {@code listener_filters_timeout}. */
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final DecodeScope scope;
    private final List<NetworkFilterConfig> denied = new ArrayList<>();
    private boolean tls;
    private boolean http;
    private boolean originalDst;
    private boolean proxyProtocol;
    private @Nullable OriginalSrc originalSrc;
    private final TreeSet<Integer> httpDisabled = new TreeSet<>();
    private final TreeSet<Integer> tlsDisabled = new TreeSet<>();

    ListenerFilterDecoder(DecodeScope scope) {
        this.scope = scope;
    }

    ListenerFilters decode(ProtoNode listener) {
        for (ProtoNode filter : listener.messages("listener_filters")) {
            add(filter);
        }
        return new ListenerFilters(
                tls,
                http,
                originalDst,
                proxyProtocol,
                originalSrc,
                listener.duration("listener_filters_timeout", TIMEOUT),
                listener.flag("continue_on_listener_filters_timeout"),
                List.copyOf(httpDisabled),
                List.copyOf(tlsDisabled));
    }

    /** Filters that may keep connections out and can't be built: every chain of the listener refuses for want of them. */
    List<NetworkFilterConfig> denied() {
        return denied;
    }

    private void add(ProtoNode filter) {
        ProtoNode any = filter.message("typed_config");
        ProtoNode disabled = filter.message("filter_disabled");
        switch (kind(filter, any)) {
            case "tls_inspector" -> tls = disabled == null || disable(disabled, tlsDisabled);
            case "http_inspector" -> http = disabled == null || disable(disabled, httpDisabled);
            case "original_dst" -> originalDst = true;
            case "original_src" -> originalSrc = originalSrc(any);
            case "proxy_protocol" -> proxyProtocol = true;
            default -> {
                unknown(filter, kind(filter, any));
                return;
            }
        }
        if (any != null && any.anyKnown()) {
            any.unpack()
                    .ignoring(any.unpack().type().fields.stream()
                            .map(ProtoSchema.Field::name)
                            .toArray(String[]::new));
        }
    }

    private static OriginalSrc originalSrc(@Nullable ProtoNode any) {
        return new OriginalSrc(
                any == null || !any.anyKnown() ? 0 : (int) any.unpack().number("mark"));
    }

    private void unknown(ProtoNode filter, String kind) {
        String name = filter.text("name");
        String reason = "this proxy has no listener filter " + kind + " (accepted: " + ACCEPTED + ")";
        if (HARMLESS.contains(kind)) {
            scope.leftOut(filter, name, reason);
        } else {
            scope.denies(filter, name, reason);
            denied.add(new NetworkFilterConfig.Denied(name, reason));
        }
    }

    /** The filter's own word, by its type, or by its name where there is no configuration. */
    private static String kind(ProtoNode filter, @Nullable ProtoNode any) {
        String name = filter.text("name");
        String type = any == null ? "" : any.anyType();
        String from = type.startsWith(LISTENER)
                ? type.substring(LISTENER.length())
                : name.substring(name.lastIndexOf('.') + 1);
        int dot = from.indexOf('.');
        return dot < 0 ? from : from.substring(0, dot);
    }

    /** Collects the ports of a predicate; false when it switches the filter off for all. */
    private static boolean disable(ProtoNode predicate, Set<Integer> ports) {
        if (predicate.flag("any_match")) {
            return false;
        }
        ProtoNode range = predicate.message("destination_port_range");
        if (range != null) {
            // The end is not part of the range.
            for (long port = Math.max(0, range.number("start")); port < Math.min(65536, range.number("end")); port++) {
                ports.add((int) port);
            }
            return true;
        }
        ProtoNode any = predicate.message("or_match");
        if (any == null) {
            throw predicate.error("rule", "not supported (accepted: destination_port_range, or_match, any_match)");
        }
        boolean on = true;
        for (ProtoNode rule : any.messages("rules")) {
            on &= disable(rule, ports);
        }
        return on;
    }
}
