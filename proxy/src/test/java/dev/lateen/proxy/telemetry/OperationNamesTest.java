package dev.lateen.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.HttpConnectionManager;
import dev.lateen.proxy.model.HttpConnectionManager.Tracing;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.Route.Decorator;
import dev.lateen.proxy.route.RouteFixtures;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperationNamesTest {
    private static final String HEADER = "x-envoy-decorator-operation";
    private static final Decorator ROUTE = new Decorator("reviews:9080/*", true);
    private static final Decorator SILENT = new Decorator("reviews:9080/*", false);

    private static ExchangeFacts exchange(Decorator decorator, String... headers) {
        Route plain = RouteFixtures.prefix("/", "c");
        ExchangeFacts exchange = ProxyTelemetryTest.exchange("/", 200, null, headers);
        exchange.route(
                new Route(
                        plain.name(),
                        plain.match(),
                        plain.action(),
                        plain.requestHeaders(),
                        plain.responseHeaders(),
                        Map.of(),
                        decorator,
                        "",
                        plain.provenance()),
                "all");
        return exchange;
    }

    /** What the response tells after it came with {@code headers}. */
    private static String answered(OperationNames side, ExchangeFacts exchange, String... headers) {
        ResponseHead head = new ResponseHead(200, new HeaderMap());
        for (int i = 0; i < headers.length; i += 2) {
            head.headers().add(headers[i], headers[i + 1]);
        }
        side.onResponse(exchange, head);
        return String.valueOf(head.headers().get(HEADER));
    }

    private static String told(ExchangeFacts exchange) {
        return String.valueOf(exchange.request().headers().get(HEADER));
    }

    @Test
    void aCallersRouteNamesTheRequestForBothSides() {
        ExchangeFacts out = exchange(ROUTE, HEADER, "what the application says");
        OperationNames.CLIENT.onRequest(out);
        assertThat(told(out)).isEqualTo("reviews:9080/*");
        assertThat(out.operation()).isEqualTo("reviews:9080/*");

        ExchangeFacts in = exchange(new Decorator(":0/*", true), HEADER, told(out));
        OperationNames.SERVER.onRequest(in);
        assertThat(told(in)).isEqualTo("null");
        assertThat(in.operation()).isEqualTo("reviews:9080/*");
        assertThat(answered(OperationNames.SERVER, in)).isEqualTo("null");
    }

    @Test
    void aServerTellsItsNameToCallersThatHaveNone() {
        ExchangeFacts in = exchange(ROUTE);
        OperationNames.SERVER.onRequest(in);
        assertThat(answered(OperationNames.SERVER, in)).isEqualTo("reviews:9080/*");
        assertThat(in.operation()).isEqualTo("reviews:9080/*");

        ExchangeFacts out = exchange(Decorator.NONE);
        OperationNames.CLIENT.onRequest(out);
        assertThat(told(out)).isEqualTo("null");
        assertThat(answered(OperationNames.CLIENT, out, HEADER, "reviews:9080/*"))
                .isEqualTo("null");
        assertThat(out.operation()).isEqualTo("reviews:9080/*");
    }

    @Test
    void aNameThatIsNotPropagatedStaysInItsSpan() {
        ExchangeFacts out = exchange(SILENT);
        OperationNames.CLIENT.onRequest(out);
        assertThat(told(out)).isEqualTo("null");
        assertThat(out.operation()).isEqualTo("reviews:9080/*");
        ExchangeFacts in = exchange(SILENT);
        OperationNames.SERVER.onRequest(in);
        assertThat(answered(OperationNames.SERVER, in)).isEqualTo("null");
        assertThat(in.operation()).isEqualTo("reviews:9080/*");
    }

    @Test
    void anEmptyNameIsTakenAwayAndNamesNothing() {
        ExchangeFacts in = exchange(ROUTE, HEADER, "");
        OperationNames.SERVER.onRequest(in);
        assertThat(told(in)).isEqualTo("null");
        assertThat(answered(OperationNames.SERVER, in)).isEqualTo("reviews:9080/*");
        ExchangeFacts out = exchange(ROUTE);
        OperationNames.CLIENT.onRequest(out);
        assertThat(answered(OperationNames.CLIENT, out, HEADER, "")).isEqualTo("null");
        assertThat(out.operation()).isEqualTo("reviews:9080/*");
    }

    @Test
    void theClientsNameIsNotSentBackThoughItIsTheSame() {
        ExchangeFacts in = exchange(ROUTE, HEADER, "reviews:9080/*");
        OperationNames.SERVER.onRequest(in);
        assertThat(answered(OperationNames.SERVER, in)).isEqualTo("null");
    }

    @Test
    void aSpanIsCalledByTheOperationAndElseByTheHost() {
        SpanReader reader = new SpanReader("n");
        Tracing config = new Tracing(
                new HttpConnectionManager.Sampling(0, 0, 0, true, true),
                HttpConnectionManager.Collector.NONE,
                20,
                List.of());
        Span span = new Span("1", "2", null, false, true, false);
        ExchangeFacts exchange = exchange(ROUTE);
        assertThat(reader.read(exchange, span, false, config).name()).isEqualTo("reviews:9080");
        OperationNames.CLIENT.onRequest(exchange);
        assertThat(reader.read(exchange, span, false, config).name()).isEqualTo("reviews:9080/*");
    }
}
