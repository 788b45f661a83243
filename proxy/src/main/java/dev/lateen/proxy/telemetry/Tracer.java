package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HttpConnectionManager.Tracing;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Takes part in traces: continues or begins one, writes its context for the next hop (B3 always, {@code b3} and {@code traceparent} where
 * they came in or are asked for), and hands finished spans that are sampled to a reporter. An outbound listener makes CLIENT spans, any other SERVER spans.
 */
final class Tracer implements ExchangeObserver {
    private final Tracing config;
    private final boolean server;
    private final RandomGenerator random;
    private final SpanReader reader;
    private final @Nullable Consumer<FinishedSpan> reporter;
    private final RequestIdSampling sampling;

    /** @param reporter takes finished spans; null when nothing is reported. {@code random} is safe for several threads */
    Tracer(
            Tracing config,
            boolean server,
            RandomGenerator random,
            SpanReader reader,
            @Nullable Consumer<FinishedSpan> reporter) {
        this.config = config;
        this.server = server;
        this.random = random;
        this.reader = reader;
        this.reporter = reporter;
        this.sampling = new RequestIdSampling(config);
    }

    @Override
    public void onRequest(ExchangeFacts exchange) {
        HeaderMap headers = exchange.request().headers();
        // Also when somebody decided already, since the id tells others.
        boolean ours = !config.sampling().byRequestId() || sampling.decide(headers);
        TraceContext context = TraceContext.extract(headers);
        exchange.traceSpan(context == null ? begin(headers, ours) : proceed(context, ours));
    }

    private Span begin(HeaderMap headers, boolean ours) {
        String id = newId();
        String traceId = config.collector().traceId128Bit() ? newId() + id : id;
        Boolean asked = TraceContext.bareDecision(headers);
        return new Span(traceId, id, null, false, asked == null ? ours : asked, false);
    }

    private Span proceed(TraceContext context, boolean ours) {
        boolean sampled = context.sampled() == null ? ours : context.sampled();
        if (server && config.collector().sharedSpanContext()) {
            return new Span(
                    context.traceId(), context.spanId(), context.parentSpanId(), true, sampled, context.debug());
        }
        return new Span(context.traceId(), newId(), context.spanId(), false, sampled, context.debug());
    }

    @Override
    public void onUpstreamRequest(ExchangeFacts exchange, RequestHead upstreamHead) {
        if (!(exchange.traceSpan() instanceof Span span)) {
            return;
        }
        HeaderMap headers = upstreamHead.headers();
        headers.set("x-b3-traceid", span.traceId());
        headers.set("x-b3-spanid", span.id());
        if (span.parentId() == null) {
            headers.remove("x-b3-parentspanid");
        } else {
            headers.set("x-b3-parentspanid", span.parentId());
        }
        headers.set("x-b3-sampled", span.sampled() ? "1" : "0");
        if (headers.contains("b3")) {
            headers.set(
                    "b3", span.traceId() + "-" + span.id() + "-" + (span.debug() ? "d" : span.sampled() ? "1" : "0"));
        }
        if (config.collector().w3c() || headers.contains("traceparent")) {
            headers.set("traceparent", traceParent(span));
        }
    }

    private static String traceParent(Span span) {
        String traceId = span.traceId().length() == 32 ? span.traceId() : "0".repeat(16) + span.traceId();
        return "00-" + traceId + "-" + span.id() + (span.sampled() ? "-01" : "-00");
    }

    @Override
    public void onComplete(ExchangeFacts exchange) {
        if (reporter != null && exchange.traceSpan() instanceof Span span && span.sampled()) {
            reporter.accept(reader.read(exchange, span, server, config));
        }
    }

    private String newId() {
        long id = random.nextLong();
        return HexFormat.of().toHexDigits(id == 0 ? 1 : id);
    }
}
