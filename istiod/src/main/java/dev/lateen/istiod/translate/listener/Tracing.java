package dev.lateen.istiod.translate.listener;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UnknownFieldSet;
import dev.lateen.api.mesh.ExtensionProvider;
import dev.lateen.api.telemetry.Telemetry;
import dev.lateen.api.xds.ClusterName;
import dev.lateen.istiod.model.Hosts;
import dev.lateen.istiod.model.TelemetryRules;
import dev.lateen.istiod.registry.Service;
import dev.lateen.istiod.translate.resource.Protos;
import dev.lateen.istiod.translate.view.ProxyView;
import io.envoyproxy.envoy.config.trace.v3.Tracing.Http;
import io.envoyproxy.envoy.config.trace.v3.ZipkinConfig;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.type.metadata.v3.MetadataKey;
import io.envoyproxy.envoy.type.metadata.v3.MetadataKind;
import io.envoyproxy.envoy.type.tracing.v3.CustomTag;
import io.envoyproxy.envoy.type.v3.Percent;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How an HTTP connection manager traces: sampling, tags, and where spans go. */
final class Tracing {
    private static final int TRACE_CONTEXT_OPTION = 8;

    private Tracing() {}

    static Optional<HttpConnectionManager.Tracing> of(ProxyView view, boolean inbound) {
        TelemetryRules.Tracing rules = view.telemetry().tracing(inbound);
        if (rules.disabled()) {
            return Optional.empty();
        }
        HttpConnectionManager.Tracing.Builder out = HttpConnectionManager.Tracing.newBuilder()
                .setClientSampling(percent(100))
                .setRandomSampling(percent(rules.samplingPercent()))
                .setOverallSampling(percent(100));
        if (rules.maxPathTagLength() > 0) {
            out.setMaxPathTagLength(Protos.u32(rules.maxPathTagLength()));
        }
        tags(view, rules).values().forEach(out::addCustomTags);
        if (rules.provider() != null) {
            provider(view, rules.provider()).ifPresent(out::setProvider);
        }
        return Optional.of(out.build());
    }

    private static Percent percent(double value) {
        return Percent.newBuilder().setValue(value).build();
    }

    // Envoy wants each tag once; they go sorted by name.
    private static Map<String, CustomTag> tags(ProxyView view, TelemetryRules.Tracing rules) {
        Map<String, CustomTag> tags = new TreeMap<>();
        for (String effect : new String[] {"allow", "deny"}) {
            String prefix = "istio.authorization.dry_run." + effect + "_policy.";
            tags.put(prefix + "name", rbac(prefix + "name", "istio_dry_run_" + effect + "_shadow_effective_policy_id"));
            tags.put(prefix + "result", rbac(prefix + "result", "istio_dry_run_" + effect + "_shadow_engine_result"));
        }
        if (rules.istioTags()) {
            Map<String, String> labels = view.node().labels();
            literal(
                    tags,
                    "istio.canonical_revision",
                    labels.getOrDefault("service.istio.io/canonical-revision", "latest"));
            literal(tags, "istio.canonical_service", labels.getOrDefault("service.istio.io/canonical-name", "unknown"));
            literal(tags, "istio.mesh_id", view.meshId());
            literal(tags, "istio.namespace", view.node().namespace());
            literal(tags, "istio.cluster_id", view.clusterId());
        }
        rules.tags().forEach((name, tag) -> custom(name, tag).ifPresent(t -> tags.put(name, t)));
        return tags;
    }

    private static void literal(Map<String, CustomTag> tags, String name, String value) {
        tags.put(
                name,
                CustomTag.newBuilder()
                        .setTag(name)
                        .setLiteral(CustomTag.Literal.newBuilder().setValue(value))
                        .build());
    }

    private static CustomTag rbac(String name, String key) {
        return CustomTag.newBuilder()
                .setTag(name)
                .setMetadata(CustomTag.Metadata.newBuilder()
                        .setKind(MetadataKind.newBuilder().setRequest(MetadataKind.Request.getDefaultInstance()))
                        .setMetadataKey(MetadataKey.newBuilder()
                                .setKey("envoy.filters.http.rbac")
                                .addPath(MetadataKey.PathSegment.newBuilder().setKey(key))))
                .build();
    }

    private static Optional<CustomTag> custom(String name, Telemetry.CustomTag tag) {
        CustomTag.Builder out = CustomTag.newBuilder().setTag(name);
        return switch (tag) {
            case Telemetry.CustomTag.Literal literal ->
                Optional.of(out.setLiteral(CustomTag.Literal.newBuilder()
                                .setValue(literal.literal().value()))
                        .build());
            case Telemetry.CustomTag.Environment env ->
                Optional.of(out.setEnvironment(CustomTag.Environment.newBuilder()
                                .setName(env.environment().name())
                                .setDefaultValue(env.environment().defaultValue()))
                        .build());
            case Telemetry.CustomTag.Header header ->
                Optional.of(out.setRequestHeader(CustomTag.Header.newBuilder()
                                .setName(header.header().name())
                                .setDefaultValue(header.header().defaultValue()))
                        .build());
            // Envoy's API of this version has no formatted tags.
            case Telemetry.CustomTag.Formatter formatter -> Optional.empty();
            case Telemetry.CustomTag.Unset unset -> Optional.empty();
        };
    }

    // Spans go to the collector's own cluster; a collector that no service declares can't be called.
    private static Optional<Http> provider(ProxyView view, ExtensionProvider provider) {
        ExtensionProvider.Zipkin zipkin = provider.zipkin();
        if (zipkin == null) {
            return Optional.empty();
        }
        String host = zipkin.service().contains("/")
                ? zipkin.service().substring(zipkin.service().indexOf('/') + 1)
                : zipkin.service();
        Optional<Service> service =
                view.scope().service(Hosts.resolve(host, view.snapshot().mesh().rootNamespace()));
        return service.map(s -> Http.newBuilder()
                .setName("envoy.tracers.zipkin")
                .setTypedConfig(Protos.any(ZipkinConfig.newBuilder()
                        .setCollectorCluster(ClusterName.outbound(zipkin.port(), s.hostname())
                                .toString())
                        .setCollectorEndpoint(zipkin.path().isEmpty() ? "/api/v2/spans" : zipkin.path())
                        .setCollectorEndpointVersion(ZipkinConfig.CollectorEndpointVersion.HTTP_JSON)
                        .setCollectorHostname(s.hostname())
                        .setTraceId128Bit(!zipkin.enable64bitTraceId())
                        .setSharedSpanContext(BoolValue.of(false))
                        .setUnknownFields(context(zipkin.traceContextOption()))
                        .build()))
                .build());
    }

    /** {@code trace_context_option}, which these generated classes don't have yet. */
    private static UnknownFieldSet context(ExtensionProvider.Zipkin.TraceContext option) {
        return switch (option) {
            case USE_B3 -> UnknownFieldSet.getDefaultInstance();
            case USE_B3_WITH_W3C_PROPAGATION ->
                UnknownFieldSet.newBuilder()
                        .addField(
                                TRACE_CONTEXT_OPTION,
                                UnknownFieldSet.Field.newBuilder().addVarint(1).build())
                        .build();
        };
    }
}
