package dev.lateen.proxy.route;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.RetryPolicy;
import dev.lateen.proxy.model.VirtualHost;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryRuleTest {
    private static RetryRule rule(String... words) {
        return requireNonNull(compiled(words));
    }

    private static @Nullable RetryRule compiled(String... words) {
        RetryPolicy policy = new RetryPolicy(
                Set.of(words),
                2,
                Duration.ZERO,
                Set.of(418),
                false,
                1,
                Duration.ofMillis(25),
                Duration.ofMillis(250),
                List.of(RouteFixtures.header("x-again", "yes")),
                0);
        VirtualHost host = RouteFixtures.host("*");
        VirtualHost retrying = new VirtualHost(
                host.name(),
                host.domains(),
                host.routes(),
                host.requireTls(),
                host.requestHeaders(),
                host.responseHeaders(),
                false,
                false,
                policy,
                Map.of());
        return RetryRule.of(retrying, RouteFixtures.prefix("/", "c"));
    }

    private static ResponseHead head(int status, String... headers) {
        HeaderMap map = new HeaderMap();
        for (int i = 0; i < headers.length; i += 2) {
            map.add(headers[i], headers[i + 1]);
        }
        return new ResponseHead(status, map);
    }

    @ParameterizedTest
    @CsvSource({
        "5xx, 500, true",
        "5xx, 499, false",
        "gateway-error, 502, true",
        "gateway-error, 500, false",
        "gateway-error, 505, false",
        "retriable-4xx, 409, true",
        "retriable-4xx, 404, false",
        "retriable-status-codes, 418, true",
        "retriable-status-codes, 503, false",
        "reset, 503, false"
    })
    void aStatusIsTriedAgainByItsWord(String word, int status, boolean again) {
        assertThat(rule(word).wants(head(status), null)).isEqualTo(again);
    }

    @Test
    void headersAndGrpcStatusesAreTriedAgainByTheirWords() {
        assertThat(rule("retriable-headers").wants(head(200, "x-again", "yes"), null))
                .isTrue();
        assertThat(rule("5xx").wants(head(200, "x-again", "yes"), null)).isFalse();
        assertThat(rule("unavailable").wants(head(200, "grpc-status", "14"), null))
                .isTrue();
        assertThat(rule("unavailable").wants(head(200, "grpc-status", "13"), null))
                .isFalse();
        assertThat(rule("5xx").wants(head(503, "x-envoy-ratelimited", "true"), null))
                .isFalse();
        assertThat(rule("envoy-ratelimited").wants(head(200, "x-envoy-ratelimited", "true"), null))
                .isTrue();
    }

    @Test
    void resetsAndMissingConnectionsAreTriedAgainByTheirWords() {
        assertThat(rule("reset").wantsAfterReset(false, true, null)).isTrue();
        assertThat(rule("refused-stream").wantsAfterReset(true, true, null)).isTrue();
        assertThat(rule("refused-stream").wantsAfterReset(false, true, null)).isFalse();
        assertThat(rule("reset-before-request").wantsAfterReset(false, true, null))
                .isFalse();
        assertThat(rule("reset-before-request").wantsAfterReset(false, false, null))
                .isTrue();
        assertThat(rule("connect-failure").wantsAfterConnectFailure(null)).isTrue();
        assertThat(rule("refused-stream").wantsAfterConnectFailure(null)).isFalse();
    }

    @Test
    void theWaitDoublesUpToTheLongest() {
        SplittableRandom random = new SplittableRandom(3);
        long[] most = new long[6];
        for (int made = 1; made < most.length; made++) {
            for (int i = 0; i < 2_000; i++) {
                most[made] = Math.max(most[made], rule("5xx").backoffNanos(made, random));
            }
        }
        assertThat(most[1]).isBetween(20_000_000L, 25_000_000L);
        assertThat(most[2]).isBetween(40_000_000L, 50_000_000L);
        assertThat(most[5]).isBetween(200_000_000L, 250_000_000L);
    }

    @Test
    void withoutAWordThereIsNoRule() {
        assertThat(compiled()).isNull();
    }
}
