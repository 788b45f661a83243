package dev.lateen.proxy.telemetry;

import static dev.lateen.proxy.route.RouteFixtures.connection;
import static dev.lateen.proxy.route.RouteFixtures.exchange;
import static dev.lateen.proxy.route.RouteFixtures.get;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseFlag;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.AccessLogFilter;
import dev.lateen.proxy.model.AccessLogFilter.Comparison;
import dev.lateen.proxy.model.HeaderMatcher;
import dev.lateen.proxy.model.MetadataMatcher;
import dev.lateen.proxy.model.StringMatcher;
import dev.lateen.proxy.model.StructValue;
import dev.lateen.proxy.model.ValueMatcher;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class LogFilterTest {
    private static final AccessLogFilter ALL = new AccessLogFilter.NotHealthCheck();
    private static final AccessLogFilter NONE = new AccessLogFilter.Or(List.of());

    /** For filters that draw nothing. */
    private static final RandomGenerator NO_CHANCE = () -> {
        throw new AssertionError("nothing to draw");
    };

    @Test
    void statusesCompareAndASessionHasNone() {
        assertThat(wants(new AccessLogFilter.StatusCode(Comparison.GE, 404), answered(404)))
                .isTrue();
        assertThat(wants(new AccessLogFilter.StatusCode(Comparison.GE, 405), answered(404)))
                .isFalse();
        assertThat(wants(new AccessLogFilter.StatusCode(Comparison.EQ, 404), answered(404)))
                .isTrue();
        assertThat(wants(new AccessLogFilter.StatusCode(Comparison.LE, 403), answered(404)))
                .isFalse();
        assertThat(LogFilter.of(new AccessLogFilter.StatusCode(Comparison.LE, 0), NO_CHANCE)
                        .wants(session()))
                .isTrue();
    }

    @Test
    void flagsAreAnyOfTheListOrAnyAtAll() {
        ExchangeFacts flagged = answered(404);
        flagged.addFlag(ResponseFlag.NO_ROUTE_FOUND);
        assertThat(wants(new AccessLogFilter.ResponseFlags(Set.of("NR", "UF")), flagged))
                .isTrue();
        assertThat(wants(new AccessLogFilter.ResponseFlags(Set.of("UF")), flagged))
                .isFalse();
        assertThat(wants(new AccessLogFilter.ResponseFlags(Set.of()), flagged)).isTrue();
        assertThat(wants(new AccessLogFilter.ResponseFlags(Set.of()), answered(404)))
                .isFalse();
        assertThat(wants(new AccessLogFilter.ResponseFlags(Set.of("LH")), flagged))
                .isFalse();
    }

    @Test
    void filtersAreJoined() {
        assertThat(wants(new AccessLogFilter.And(List.of(ALL, ALL)), answered(200)))
                .isTrue();
        assertThat(wants(new AccessLogFilter.And(List.of(ALL, NONE)), answered(200)))
                .isFalse();
        assertThat(wants(new AccessLogFilter.Or(List.of(NONE, ALL)), answered(200)))
                .isTrue();
        assertThat(LogFilter.of(new AccessLogFilter.And(List.of(ALL, NONE)), NO_CHANCE)
                        .wants(session()))
                .isFalse();
    }

    @Test
    void timeIsMeasuredToTheEnd() {
        ExchangeFacts exchange = answered(200);
        assertThat(wants(new AccessLogFilter.DurationMillis(Comparison.GE, 0), exchange))
                .isFalse();
        exchange.completeNanos(7_000_000);
        assertThat(wants(new AccessLogFilter.DurationMillis(Comparison.GE, 7), exchange))
                .isTrue();
        assertThat(wants(new AccessLogFilter.DurationMillis(Comparison.LE, 6), exchange))
                .isFalse();
    }

    @Test
    void aShareIsDrawnByTheRequestId() {
        ExchangeFacts exchange = exchange(get("h", "/", "x-request-id", "00000031-0000-4000-8000-000000000000"));
        assertThat(wants(new AccessLogFilter.Sampled(50, 100, false), exchange)).isTrue();
        assertThat(wants(new AccessLogFilter.Sampled(49, 100, false), exchange)).isFalse();
    }

    @Test
    void aShareIsDrawnByChanceWhereNoRequestIdDecides() {
        ExchangeFacts named = exchange(get("h", "/", "x-request-id", "00000031-0000-4000-8000-000000000000"));
        assertThat(drawing(49, new AccessLogFilter.Sampled(50, 100, true)).wants(named))
                .isTrue();
        assertThat(drawing(50, new AccessLogFilter.Sampled(50, 100, true)).wants(named))
                .isFalse();
        AccessLogFilter share = new AccessLogFilter.And(List.of(ALL, new AccessLogFilter.Sampled(50, 100, false)));
        assertThat(drawing(149, share).wants(exchange(get("h", "/")))).isTrue();
        assertThat(drawing(150, share).wants(exchange(get("h", "/")))).isFalse();
        assertThat(drawing(50, share).wants(session())).isFalse();
    }

    /** A filter by whose chance always the same number comes. */
    private static LogFilter drawing(int number, AccessLogFilter filter) {
        return LogFilter.of(filter, new RandomGenerator() {
            @Override
            public int nextInt(int bound) {
                return number;
            }

            @Override
            public long nextLong() {
                throw new AssertionError("a number below a bound is drawn");
            }
        });
    }

    @Test
    void grpcStatusesFollowFromHttpsWhereThereAreNone() {
        assertThat(wants(new AccessLogFilter.GrpcStatuses(Set.of(12), false), answered(404)))
                .isTrue();
        assertThat(wants(new AccessLogFilter.GrpcStatuses(Set.of(12), true), answered(404)))
                .isFalse();
        assertThat(wants(new AccessLogFilter.GrpcStatuses(Set.of(7), false), answered(200, "grpc-status", "7")))
                .isTrue();
    }

    @Test
    void headersMetadataAndTypesCount() {
        HeaderMatcher a =
                new HeaderMatcher("a", new HeaderMatcher.Test.Value(new StringMatcher.Exact("1", false)), false, false);
        assertThat(wants(new AccessLogFilter.Header(a), exchange(get("h", "/", "a", "1"))))
                .isTrue();
        assertThat(wants(new AccessLogFilter.Header(a), exchange(get("h", "/"))))
                .isFalse();
        MetadataMatcher claim = new MetadataMatcher("f", List.of("k"), new ValueMatcher.Present(true), false);
        assertThat(wants(new AccessLogFilter.Metadata(claim, true), answered(200)))
                .isTrue();
        assertThat(wants(new AccessLogFilter.Metadata(claim, false), answered(200)))
                .isFalse();
        assertThat(wants(new AccessLogFilter.LogTypes(Set.of("DownstreamEnd"), false), answered(200)))
                .isTrue();
        assertThat(LogFilter.of(new AccessLogFilter.LogTypes(Set.of("DownstreamEnd"), false), NO_CHANCE)
                        .wants(session()))
                .isFalse();
        assertThat(LogFilter.of(new AccessLogFilter.LogTypes(Set.of("TcpConnectionEnd"), true), NO_CHANCE)
                        .wants(session()))
                .isFalse();
        assertThat(wants(new AccessLogFilter.Traceable(), answered(200))).isFalse();
        assertThat(LogFilter.of(null, NO_CHANCE).wants(session())).isTrue();
    }

    /** As in Envoy: {@code invert} does not count, and a null that is there is there. */
    @Test
    void metadataThatIsThereDecidesByItsValue() {
        ExchangeFacts exchange = answered(200);
        exchange.addDynamicMetadata(
                "f",
                new StructValue.Struct(
                        Map.of("k", new StructValue.StringValue("v"), "n", new StructValue.NullValue())));
        ValueMatcher v = new ValueMatcher.Text(new StringMatcher.Exact("v", false));
        assertThat(wants(claim("k", v, false, false), exchange)).isTrue();
        assertThat(wants(claim("k", v, true, false), exchange)).isTrue();
        assertThat(wants(claim("k", new ValueMatcher.IsNull(), false, true), exchange))
                .isFalse();
        assertThat(wants(claim("n", v, false, true), exchange)).isFalse();
        assertThat(wants(claim("other", v, false, true), exchange)).isTrue();
        assertThat(wants(claim("other", v, false, false), exchange)).isFalse();
    }

    private static AccessLogFilter claim(String key, ValueMatcher value, boolean invert, boolean otherwise) {
        return new AccessLogFilter.Metadata(new MetadataMatcher("f", List.of(key), value, invert), otherwise);
    }

    private static boolean wants(AccessLogFilter filter, ExchangeFacts exchange) {
        return LogFilter.of(filter, NO_CHANCE).wants(exchange);
    }

    private static ExchangeFacts answered(int status, String... headers) {
        HeaderMap map = new HeaderMap();
        for (int i = 0; i < headers.length; i += 2) {
            map.add(headers[i], headers[i + 1]);
        }
        ExchangeFacts exchange = exchange(get("h", "/"));
        exchange.response(new ResponseHead(status, map));
        return exchange;
    }

    private static TcpSession session() {
        return new TcpSession(connection("10.1.2.3", 4), 0, 0);
    }
}
