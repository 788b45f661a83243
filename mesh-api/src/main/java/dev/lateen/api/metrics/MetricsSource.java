package dev.lateen.api.metrics;

import java.io.IOException;

/** Metrics that somebody else counts and a role tells among its own; asked from any thread, by several scrapes at once. */
@FunctionalInterface
public interface MetricsSource {
    /** Tells nothing. */
    MetricsSource NONE = _ -> {};

    /**
     * Writes all families, none of whose names a role has itself.
     *
     * @throws IOException when whoever reads is gone
     */
    void write(MetricsText out) throws IOException;

    /** These, and then others. */
    default MetricsSource and(MetricsSource others) {
        return out -> {
            write(out);
            others.write(out);
        };
    }
}
