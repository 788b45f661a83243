package dev.lateen.istiod.translate.listener;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.lateen.api.telemetry.Telemetry;
import dev.lateen.api.xds.Alpn;
import dev.lateen.istiod.model.MetricChoice;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** The filters that only Istio's build of Envoy and our own proxy know. There are no generated classes of them, so they go as structs. */
final class IstioFilters {
    private static final String STATS = "stats.PluginConfig";

    private IstioFilters() {}

    /** Offers Istio's ALPN names upstream, by the protocol that is used there. */
    static HttpFilter alpn() {
        Struct config = Protos.struct(Map.of(
                "alpn_override",
                Protos.list(List.of(
                        override("HTTP10", Alpn.ISTIO_HTTP_1_0, Alpn.HTTP_1_0),
                        override("HTTP11", Alpn.ISTIO_HTTP_1_1, Alpn.HTTP_1_1),
                        override("HTTP2", Alpn.ISTIO_H2, Alpn.H2)))));
        return http(
                "istio.alpn", Protos.typedStruct("istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig", config));
    }

    private static Value override(String protocol, String istio, String plain) {
        return Protos.value(Protos.struct(Map.of(
                "upstream_protocol", Protos.text(protocol),
                "alpn_override",
                        Protos.list(List.of(Protos.text(istio), Protos.text(Alpn.ISTIO), Protos.text(plain))))));
    }

    /** Tells the other side who this workload is, and learns who the other is, by headers. */
    static HttpFilter peerMetadata(boolean inbound, boolean outsideToo) {
        Value headers = Protos.value(Protos.struct(Map.of("istio_headers", Protos.value(Struct.getDefaultInstance()))));
        Value meshOnly = Protos.value(Protos.struct(Map.of(
                "istio_headers",
                Protos.value(Protos.struct(Map.of(
                        "skip_external_clusters",
                        Value.newBuilder().setBoolValue(true).build()))))));
        Value lookup =
                Protos.value(Protos.struct(Map.of("workload_discovery", Protos.value(Struct.getDefaultInstance()))));
        String side = inbound ? "downstream" : "upstream";
        Struct config = Protos.struct(Map.of(
                side + "_discovery", Protos.list(List.of(headers, lookup)),
                side + "_propagation", Protos.list(List.of(inbound || outsideToo ? headers : meshOnly))));
        return http("istio.metadata_exchange", Protos.typedStruct("io.istio.http.peer_metadata.Config", config));
    }

    /** Istio's standard metrics of requests. */
    static HttpFilter stats(ProxyView view, boolean inbound) {
        return http("istio.stats", statsConfig(view, inbound));
    }

    /** Istio's standard metrics of TCP connections. */
    static Filter tcpStats(ProxyView view, boolean inbound) {
        return Filter.newBuilder()
                .setName("istio.stats")
                .setTypedConfig(statsConfig(view, inbound))
                .build();
    }

    /** Peer metadata over TCP, for connections whose ALPN is {@code istio-peer-exchange}. */
    static Filter tcpMetadataExchange() {
        Struct config = Protos.struct(Map.of(
                "protocol", Protos.text(Alpn.ISTIO_PEER_EXCHANGE),
                "enable_discovery", Value.newBuilder().setBoolValue(true).build()));
        return Filter.newBuilder()
                .setName("istio.metadata_exchange")
                .setTypedConfig(Protos.typedStruct("envoy.tcp.metadataexchange.config.MetadataExchange", config))
                .build();
    }

    private static HttpFilter http(String name, Any config) {
        return HttpFilter.newBuilder().setName(name).setTypedConfig(config).build();
    }

    private static Any statsConfig(ProxyView view, boolean inbound) {
        Map<String, Value> config = new HashMap<>();
        if (view.gateway() || inbound) {
            config.put(
                    "disable_host_header_fallback",
                    Value.newBuilder().setBoolValue(true).build());
        }
        List<Value> metrics = new ArrayList<>();
        view.telemetry().metrics(inbound).changes().forEach((name, change) -> metrics.add(metric(name, change)));
        if (!metrics.isEmpty()) {
            config.put("metrics", Protos.list(metrics));
        }
        return Protos.typedStruct(STATS, Protos.struct(config));
    }

    private static Value metric(String name, MetricChoice.Change change) {
        Map<String, Value> fields = new HashMap<>();
        fields.put("name", Protos.text(promName(name)));
        if (change.disabled()) {
            fields.put("drop", Value.newBuilder().setBoolValue(true).build());
        }
        Map<String, Value> set = new HashMap<>();
        List<Value> removed = new ArrayList<>();
        change.tags().forEach((tag, override) -> {
            if (override.operation() == Telemetry.TagOverride.Operation.REMOVE) {
                removed.add(Protos.text(tag));
            } else if (override.value() != null) {
                set.put(tag, Protos.text(override.value()));
            }
        });
        if (!set.isEmpty()) {
            fields.put("dimensions", Protos.value(Protos.struct(set)));
        }
        if (!removed.isEmpty()) {
            fields.put("tags_to_remove", Protos.list(removed));
        }
        return Protos.value(Protos.struct(fields));
    }

    private static String promName(String name) {
        return Stream.of(Telemetry.StandardMetric.values())
                .filter(m -> m.name().equals(name))
                .findFirst()
                .map(IstioFilters::name)
                .orElse(name);
    }

    private static String name(Telemetry.StandardMetric metric) {
        return switch (metric) {
            case REQUEST_COUNT -> "requests_total";
            case REQUEST_DURATION -> "request_duration_milliseconds";
            case REQUEST_SIZE -> "request_bytes";
            case RESPONSE_SIZE -> "response_bytes";
            case TCP_OPENED_CONNECTIONS -> "tcp_connections_opened_total";
            case TCP_CLOSED_CONNECTIONS -> "tcp_connections_closed_total";
            case TCP_SENT_BYTES -> "tcp_sent_bytes_total";
            case TCP_RECEIVED_BYTES -> "tcp_received_bytes_total";
            case GRPC_REQUEST_MESSAGES -> "request_messages_total";
            case GRPC_RESPONSE_MESSAGES -> "response_messages_total";
            case ALL_METRICS -> metric.name().toLowerCase(Locale.ROOT);
        };
    }
}
