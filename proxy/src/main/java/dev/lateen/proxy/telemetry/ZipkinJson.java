package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.telemetry.FinishedSpan.Tag;
import java.util.List;

/** Writes spans in Zipkin's v2 JSON (openzipkin/zipkin-api). */
final class ZipkinJson {
    private final String serviceName;

    /** @param serviceName the node's cluster, such as {@code productpage.default} */
    ZipkinJson(String serviceName) {
        this.serviceName = serviceName;
    }

    /** An array of them. */
    String write(List<FinishedSpan> spans) {
        StringBuilder out = new StringBuilder(1024 * spans.size()).append('[');
        for (int i = 0; i < spans.size(); i++) {
            if (i > 0) {
                out.append(',');
            }
            write(out, spans.get(i));
        }
        return out.append(']').toString();
    }

    private void write(StringBuilder out, FinishedSpan span) {
        Span context = span.context();
        out.append('{');
        field(out, "traceId", context.traceId());
        out.append(',');
        field(out, "id", context.id());
        if (context.parentId() != null) {
            out.append(',');
            field(out, "parentId", context.parentId());
        }
        out.append(',');
        field(out, "kind", span.server() ? "SERVER" : "CLIENT");
        out.append(',');
        field(out, "name", span.name());
        out.append(",\"timestamp\":").append(span.startEpochMillis() * 1000);
        out.append(",\"duration\":").append(span.durationMicros());
        if (context.shared()) {
            out.append(",\"shared\":true");
        }
        if (context.debug()) {
            out.append(",\"debug\":true");
        }
        out.append(",\"localEndpoint\":{");
        field(out, "serviceName", serviceName);
        out.append("},\"tags\":{");
        List<Tag> tags = span.tags();
        for (int i = 0; i < tags.size(); i++) {
            if (i > 0) {
                out.append(',');
            }
            field(out, tags.get(i).name(), tags.get(i).value());
        }
        out.append("}}");
    }

    private static void field(StringBuilder out, String name, String value) {
        JsonText.quote(out, name);
        out.append(':');
        JsonText.quote(out, value);
    }
}
