package dev.lateen.proxy.telemetry;

import java.util.List;

/**
 * A span that is over and sampled, in no tracer's own language; it keeps nothing of its exchange.
 *
 * @param server whether it is the span of a server, else of a client
 * @param durationMicros at least 1
 * @param tags with the names that Envoy gives its tags, in their order
 */
record FinishedSpan(
        Span context, boolean server, String name, long startEpochMillis, long durationMicros, List<Tag> tags) {
    /** What is told of a span. */
    record Tag(String name, String value) {}

    /** About how much it holds; tags carry what clients send. */
    int characters() {
        int sum = name.length();
        for (Tag tag : tags) {
            sum += tag.name.length() + tag.value.length();
        }
        return sum;
    }
}
