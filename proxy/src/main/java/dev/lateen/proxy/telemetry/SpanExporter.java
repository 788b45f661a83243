package dev.lateen.proxy.telemetry;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Brings spans to a collector, in its language. Safe for use by several threads. */
interface SpanExporter {
    /**
     * Sends them; must not block. What can't be sent is lost, and counted.
     *
     * @param spans at least one
     * @return done when the collector has answered or won't
     */
    CompletionStage<Void> export(List<FinishedSpan> spans);
}
