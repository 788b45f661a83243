package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.HttpConnectionManager.Collector;
import dev.lateen.proxy.model.HttpConnectionManager.CustomTag;
import dev.lateen.proxy.model.HttpConnectionManager.Sampling;
import dev.lateen.proxy.model.HttpConnectionManager.Tracing;
import dev.lateen.proxy.xds.proto.ConfigException;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code HttpConnectionManager.Tracing}: sampling, tags, and a Zipkin collector when one is named. */
final class TracingDecoder {
    private static final String ZIPKIN = "envoy.config.trace.v3.ZipkinConfig";
    private static final String UUID = "envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig";
    private static final int ALL = 1_000_000;

    /** Envoy's default. */
    private static final int MAX_PATH = 256;

    private TracingDecoder() {}

    /** A tracer that can't be built here is left out: trace contexts are passed on, and nothing is reported. */
    static Tracing decode(ProtoNode node, RequestIds ids, DecodeScope scope) {
        node.ignoring("verbose", "spawn_upstream_span");
        ProtoNode provider = node.message("provider");
        return new Tracing(
                new Sampling(
                        sampling(node, "client_sampling"),
                        sampling(node, "random_sampling"),
                        sampling(node, "overall_sampling"),
                        ids.sample,
                        ids.pack),
                provider == null ? Collector.NONE : collector(provider, scope),
                (int) Math.min(Integer.MAX_VALUE, node.wrapped("max_path_tag_length", MAX_PATH)),
                tags(node.messages("custom_tags"), scope));
    }

    /** {@code UuidRequestIdConfig}. */
    record RequestIds(boolean pack, boolean sample) {
        static final RequestIds DEFAULT = new RequestIds(true, true);
    }

    static RequestIds requestIds(ProtoNode extension) {
        ProtoNode any = extension.requiredMessage("typed_config");
        if (!any.anyType().equals(UUID)) {
            throw extension.beyondUs("typed_config", any.anyType() + " (accepted: " + UUID + ")");
        }
        ProtoNode uuid = any.unpack();
        return new RequestIds(
                uuid.wrappedFlag("pack_trace_reason", true),
                uuid.wrappedFlag("use_request_id_for_trace_sampling", true));
    }

    private static Collector collector(ProtoNode provider, DecodeScope scope) {
        return scope.orElse(() -> zipkin(provider), thrown -> {
            scope.leftOut(provider, "tracer " + provider.text("name"), ConfigException.reason(thrown));
            return Collector.NONE;
        });
    }

    private static Collector zipkin(ProtoNode provider) {
        provider.ignoring("name");
        ProtoNode any = provider.requiredMessage("typed_config");
        if (!any.anyType().equals(ZIPKIN)) {
            throw provider.beyondUs("typed_config", any.anyType() + " (accepted: " + ZIPKIN + ")");
        }
        ProtoNode zipkin = any.unpack().ignoring("collector_endpoint_version");
        boolean shared = zipkin.wrappedFlag("shared_span_context", true);
        boolean wide = zipkin.flag("trace_id_128bit");
        boolean w3c = zipkin.choice("trace_context_option").equals("USE_B3_WITH_W3C_PROPAGATION");
        ProtoNode service = zipkin.message("collector_service");
        if (service != null) {
            // As Istio 1.30 and later tell the collector, over the fields from before.
            zipkin.ignoring("collector_cluster", "collector_endpoint", "collector_hostname");
            service.ignoring("request_headers_to_add");
            ProtoNode uri = service.requiredMessage("http_uri").ignoring("timeout");
            Target target = Target.of(uri.required("uri"));
            return new Collector(uri.required("cluster"), target.path, target.authority, shared, wide, w3c);
        }
        return new Collector(
                zipkin.required("collector_cluster"),
                zipkin.required("collector_endpoint"),
                zipkin.text("collector_hostname"),
                shared,
                wide,
                w3c);
    }

    /** The parts of a URI such as {@code http://zipkin.istio-system:9411/api/v2/spans}, or of a path alone. */
    private record Target(String authority, String path) {
        static Target of(String uri) {
            int scheme = uri.indexOf("://");
            if (scheme < 0) {
                return new Target("", uri);
            }
            int slash = uri.indexOf('/', scheme + 3);
            return slash < 0
                    ? new Target(uri.substring(scheme + 3), "/")
                    : new Target(uri.substring(scheme + 3, slash), uri.substring(slash));
        }
    }

    private static int sampling(ProtoNode node, String field) {
        ProtoNode percent = node.message(field);
        return percent == null ? ALL : DataSources.percentMillionths(percent);
    }

    private static List<CustomTag> tags(List<ProtoNode> nodes, DecodeScope scope) {
        List<CustomTag> tags = new ArrayList<>();
        for (ProtoNode node : nodes) {
            CustomTag tag = scope.orElse(() -> tag(node, node.required("tag")), thrown -> {
                scope.leftOut(node, "tag " + node.text("tag"), ConfigException.reason(thrown));
                return null;
            });
            if (tag != null) {
                tags.add(tag);
            }
        }
        return tags;
    }

    /** Null for metadata without a default: there is no dynamic metadata here. */
    private static @Nullable CustomTag tag(ProtoNode node, String name) {
        ProtoNode literal = node.message("literal");
        if (literal != null) {
            return new CustomTag.Literal(name, literal.text("value"));
        }
        ProtoNode header = node.message("request_header");
        if (header != null) {
            return new CustomTag.RequestHeader(
                    name, header.required("name").toLowerCase(Locale.ROOT), header.text("default_value"));
        }
        ProtoNode environment = node.message("environment");
        if (environment != null) {
            return new CustomTag.Environment(name, environment.required("name"), environment.text("default_value"));
        }
        String value =
                node.messageOrEmpty("metadata").ignoring("kind", "metadata_key").text("default_value");
        return value.isEmpty() ? null : new CustomTag.Literal(name, value);
    }
}
