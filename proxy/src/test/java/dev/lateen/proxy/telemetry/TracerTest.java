package dev.lateen.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.ExchangeObserver;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpConnectionManager.CustomTag;
import dev.lateen.proxy.model.HttpConnectionManager.Tracing;
import dev.lateen.proxy.model.Listener;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Which requests are traced, and what the trace tells. */
class TracerTest extends TelemetryFixture {
    private static final String REQUEST_ID = "12345678-9abc-4def-8123-456789abcdef";

    private static Tracer tracer(boolean inbound, int sampling, List<String> spans) {
        return tracer(inbound, tracing(sampling, false), spans);
    }

    private static Tracing tracing(int sampling, boolean w3c, CustomTag... tags) {
        return new Tracing(
                new HttpConnectionManager.Sampling(1_000_000, sampling, 1_000_000, true, true),
                new HttpConnectionManager.Collector("zipkin", "/api/v2/spans", "zipkin", true, true, w3c),
                20,
                List.of(tags));
    }

    private static Tracer tracer(boolean inbound, Tracing config, List<String> spans) {
        ZipkinJson json = new ZipkinJson("reviews.default");
        return new Tracer(
                config,
                inbound,
                new SplittableRandom(1),
                new SpanReader("n"),
                span -> spans.add(json.write(List.of(span))));
    }

    private static HeaderMap upstreamHeaders(ExchangeObserver tracer, ExchangeFacts exchange) {
        tracer.onRequest(exchange);
        RequestHead upstream = exchange.request().copy();
        tracer.onUpstreamRequest(exchange, upstream);
        tracer.onComplete(exchange);
        return upstream.headers();
    }

    @Test
    void anOutboundCallBecomesAChildOfTheCallersSpan() {
        List<String> spans = new ArrayList<>();
        HeaderMap sent = upstreamHeaders(
                tracer(false, 0, spans),
                exchange(
                        "/",
                        200,
                        null,
                        "x-b3-traceid",
                        "463ac35c9f6413ad48485a3953bb6124",
                        "x-b3-spanid",
                        "a2fb4a1d1a96d312",
                        "x-b3-sampled",
                        "1"));
        assertThat(sent.getString("x-b3-traceid")).isEqualTo("463ac35c9f6413ad48485a3953bb6124");
        assertThat(sent.getString("x-b3-parentspanid")).isEqualTo("a2fb4a1d1a96d312");
        assertThat(sent.getString("x-b3-spanid")).hasSize(16).isNotEqualTo("a2fb4a1d1a96d312");
        assertThat(spans)
                .singleElement()
                .asString()
                .contains("\"kind\":\"CLIENT\"")
                .contains("\"parentId\":\"a2fb4a1d1a96d312\"");
    }

    @Test
    void anInboundCallSharesTheCallersSpan() {
        List<String> spans = new ArrayList<>();
        HeaderMap sent = upstreamHeaders(
                tracer(true, 0, spans),
                exchange("/", 500, null, "b3", "463ac35c9f6413ad-a2fb4a1d1a96d312-1-0020000000000001"));
        assertThat(sent.getString("x-b3-spanid")).isEqualTo("a2fb4a1d1a96d312");
        assertThat(sent.getString("x-b3-parentspanid")).isEqualTo("0020000000000001");
        assertThat(spans).singleElement().asString().contains("\"shared\":true").contains("\"error\":\"true\"");
    }

    @Test
    void aClientMayAskForATrace() {
        List<String> spans = new ArrayList<>();
        upstreamHeaders(tracer(true, 0, spans), exchange("/", 200, null));
        assertThat(spans).isEmpty();
        upstreamHeaders(
                tracer(true, 0, spans),
                exchange("/", 200, null, "x-client-trace-id", "why", "x-request-id", REQUEST_ID));
        assertThat(spans)
                .singleElement()
                .asString()
                .contains("\"guid:x-client-trace-id\":\"why\"", "\"user_agent\":\"-\"", "\"downstream_cluster\":\"-\"");
    }

    @Test
    void traceparentIsContinuedAndAnUnsampledTraceIsNotReported() {
        List<String> spans = new ArrayList<>();
        HeaderMap sent = upstreamHeaders(
                tracer(false, 1_000_000, spans),
                exchange("/", 200, null, "traceparent", "00-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-00"));
        assertThat(sent.getString("traceparent"))
                .startsWith("00-463ac35c9f6413ad48485a3953bb6124-")
                .endsWith("-00");
        assertThat(sent.getString("x-b3-sampled")).isEqualTo("0");
        assertThat(spans).isEmpty();
    }

    @Test
    void theRequestIdTellsTheDecisionToAllProxiesOnTheWay() {
        List<String> spans = new ArrayList<>();
        ExchangeFacts first = exchange("/", 200, null, "x-request-id", REQUEST_ID);
        HeaderMap sent = upstreamHeaders(tracer(false, 1_000_000, spans), first);
        String told = REQUEST_ID.substring(0, 14) + "9" + REQUEST_ID.substring(15);
        assertThat(sent.getString("x-request-id")).isEqualTo(told);
        upstreamHeaders(tracer(true, 0, spans), exchange("/", 200, null, "x-request-id", told));
        assertThat(spans).as("decided upstream, whatever is drawn here").hasSize(2);
    }

    @Test
    void theSameIdIsSampledOrNotWhereverItComes() {
        List<String> spans = new ArrayList<>();
        // 0x12345678 is 305419896: 98.96 of 100.
        ExchangeFacts below = exchange("/", 200, null, "x-request-id", REQUEST_ID);
        upstreamHeaders(tracer(false, 989_600, spans), below);
        assertThat(spans).isEmpty();
        assertThat(below.request().headers().getString("x-request-id")).isEqualTo(REQUEST_ID);
        upstreamHeaders(tracer(false, 989_700, spans), exchange("/", 200, null, "x-request-id", REQUEST_ID));
        assertThat(spans).hasSize(1);
        upstreamHeaders(tracer(false, 1_000_000, spans), exchange("/", 200, null, "x-request-id", "no uuid"));
        assertThat(spans).hasSize(1);
    }

    @Test
    void w3cHeadersAreWrittenWhereTheyAreAskedForAndPathsInTagsAreCut() {
        List<String> spans = new ArrayList<>();
        Tracing config = tracing(1_000_000, true, new CustomTag.Literal("cluster", "c1"));
        HeaderMap sent = upstreamHeaders(
                tracer(false, config, spans),
                exchange("/0123456789/0123456789", 200, null, "x-request-id", REQUEST_ID));
        assertThat(sent.getString("traceparent"))
                .isEqualTo("00-" + sent.getString("x-b3-traceid") + "-" + sent.getString("x-b3-spanid") + "-01");
        assertThat(spans)
                .singleElement()
                .asString()
                .contains("\"http.url\":\"http://reviews:9080/0123456789/01234567\"", "\"cluster\":\"c1\"");
    }

    @Test
    void brokenIdsBeginANewTrace() {
        HeaderMap sent = upstreamHeaders(
                tracer(false, 0, new ArrayList<>()),
                exchange(
                        "/",
                        200,
                        null,
                        "x-b3-traceid",
                        "xyz",
                        "x-b3-spanid",
                        "0000000000000000",
                        "traceparent",
                        "00-zz-1-1"));
        assertThat(sent.getString("x-b3-traceid")).hasSize(32).isNotEqualTo("xyz");
    }

    @Test
    void aTagIsReadFromTheEnvironmentAndNoTracerIsMadeWithoutAProvider() {
        ProxyTelemetry.Owner owner = new ProxyTelemetry.Owner(
                REVIEWS, "reviews.default", "n", name -> name.equals("POD") ? "reviews-v1-abc" : null);
        FakeCollector collector = new FakeCollector();
        try (ProxyTelemetry telemetry =
                new ProxyTelemetry(owner, new SplittableRandom(1), collector, OutputStream.nullOutputStream())) {
            Tracing config = tracing(
                    1_000_000,
                    false,
                    new CustomTag.Environment("pod", "POD", ""),
                    new CustomTag.Environment("zone", "ZONE", "z1"),
                    new CustomTag.Environment("none", "NONE", ""));
            assertThat(upstreamHeaders(
                                    Objects.requireNonNull(telemetry.tracer(config, Listener.Direction.OUTBOUND)),
                                    exchange("/", 200, null, "x-request-id", REQUEST_ID))
                            .getString("x-b3-sampled"))
                    .isEqualTo("1");
            telemetry.flushSpans();
            assertThat(collector.posted)
                    .singleElement()
                    .asString()
                    .contains("\"pod\":\"reviews-v1-abc\"", "\"zone\":\"z1\"")
                    .doesNotContain("none");
            Tracing without = new Tracing(
                    new HttpConnectionManager.Sampling(1_000_000, 1_000_000, 1_000_000, true, true),
                    HttpConnectionManager.Collector.NONE,
                    256,
                    List.of());
            assertThat(telemetry.tracer(without, Listener.Direction.OUTBOUND)).isNull();
        }
    }
}
