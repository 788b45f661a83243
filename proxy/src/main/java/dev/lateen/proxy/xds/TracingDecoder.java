package dev.lateen.proxy.xds;

import dev.lateen.proxy.model.HttpConnectionManager.CustomTag;
import dev.lateen.proxy.model.HttpConnectionManager.Tracing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code HttpConnectionManager.Tracing}: sampling, tags, and a Zipkin collector when one is named. */
final class TracingDecoder {
    private static final String ZIPKIN = "envoy.config.trace.v3.ZipkinConfig";
    private static final int ALL = 1_000_000;

    private TracingDecoder() {}

    static Tracing decode(ProtoNode node) {
        node.ignoring("verbose", "max_path_tag_length", "spawn_upstream_span");
        ProtoNode provider = node.message("provider");
        ProtoNode zipkin = provider == null ? null : zipkin(provider);
        return new Tracing(
                sampling(node, "client_sampling"),
                sampling(node, "random_sampling"),
                sampling(node, "overall_sampling"),
                zipkin == null ? null : zipkin.required("collector_cluster"),
                zipkin == null ? "" : zipkin.required("collector_endpoint"),
                zipkin == null ? "" : zipkin.text("collector_hostname"),
                zipkin == null || zipkin.wrappedFlag("shared_span_context", true),
                zipkin != null && zipkin.flag("trace_id_128bit"),
                tags(node.messages("custom_tags")));
    }

    private static ProtoNode zipkin(ProtoNode provider) {
        provider.ignoring("name");
        ProtoNode any = provider.requiredMessage("typed_config");
        if (!any.anyType().equals(ZIPKIN)) {
            throw provider.unsupported("typed_config", any.anyType(), ZIPKIN);
        }
        return any.unpack().ignoring("collector_endpoint_version");
    }

    private static int sampling(ProtoNode node, String field) {
        ProtoNode percent = node.message(field);
        return percent == null ? ALL : DataSources.percentMillionths(percent);
    }

    private static List<CustomTag> tags(List<ProtoNode> nodes) {
        List<CustomTag> tags = new ArrayList<>();
        for (ProtoNode node : nodes) {
            CustomTag tag = tag(node, node.required("tag"));
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
            return new CustomTag(name, literal.text("value"), null, "");
        }
        ProtoNode header = node.message("request_header");
        if (header != null) {
            return new CustomTag(
                    name, null, header.required("name").toLowerCase(Locale.ROOT), header.text("default_value"));
        }
        ProtoNode other = node.has("environment")
                ? node.messageOrEmpty("environment").ignoring("name")
                : node.messageOrEmpty("metadata").ignoring("kind", "metadata_key");
        String value = other.text("default_value");
        return value.isEmpty() ? null : new CustomTag(name, value, null, "");
    }
}
