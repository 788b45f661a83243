package dev.lateen.proxy.message;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.route.RouteFixtures;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GrpcTimeoutTest {
    private static final Duration ROUTE = Duration.ofSeconds(15);

    private static RequestHead call(String timeout) {
        return RouteFixtures.get("a", "/", "content-type", "application/grpc", "grpc-timeout", timeout);
    }

    @ParameterizedTest
    @CsvSource({"1H,3600000", "2M,120000", "3S,3000", "200m,200", "1u,1", "1500u,2", "1n,1", "99999999H,359999996400000"
    })
    void everyUnitIsRead(String text, long millis) {
        assertThat(GrpcTimeout.parse(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @CsvSource({"1", "m", "-1m", "1x", "123456789m", "1.5S"})
    void whatIsNoTimeoutIsNone(String text) {
        assertThat(GrpcTimeout.parse(text)).isEqualTo(Duration.ZERO);
    }

    @Test
    void theClientsTimeoutCountsUpToTheRoutesMost() {
        assertThat(GrpcTimeout.of(call("200m"), ROUTE, Duration.ofSeconds(1))).isEqualTo(Duration.ofMillis(200));
        assertThat(GrpcTimeout.of(call("2S"), ROUTE, Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(1));
        assertThat(GrpcTimeout.of(call("2S"), ROUTE, Duration.ZERO)).isEqualTo(Duration.ofSeconds(2));
        assertThat(GrpcTimeout.of(call("2S"), ROUTE, null)).isEqualTo(ROUTE);
        assertThat(GrpcTimeout.of(RouteFixtures.get("a", "/", "grpc-timeout", "2S"), ROUTE, Duration.ZERO))
                .isEqualTo(ROUTE);
    }

    @Test
    void upstreamIsToldInAtMostEightDigits() {
        assertThat(GrpcTimeout.text(200)).isEqualTo("200m");
        assertThat(GrpcTimeout.text(200_000_000)).isEqualTo("200000S");
    }
}
