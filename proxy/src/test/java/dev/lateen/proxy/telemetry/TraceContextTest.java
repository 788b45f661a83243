package dev.lateen.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.proxy.message.HeaderMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
    private static final String TRACE = "463ac35c9f6413ad48485a3953bb6124";
    private static final String SPAN = "a2fb4a1d1a96d312";

    private static HeaderMap headers(String... pairs) {
        HeaderMap headers = new HeaderMap();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.add(pairs[i], pairs[i + 1]);
        }
        return headers;
    }

    @Test
    void manyHeadersOfB3GoBeforeOneAndBothBeforeW3c() {
        String other = "b".repeat(32);
        HeaderMap all = headers(
                "x-b3-traceid",
                TRACE,
                "x-b3-spanid",
                SPAN,
                "b3",
                other + "-" + SPAN + "-1",
                "traceparent",
                "00-" + "c".repeat(32) + "-" + SPAN + "-01");
        assertThat(TraceContext.extract(all)).isEqualTo(new TraceContext(TRACE, SPAN, null, null, false));
        all.remove("x-b3-traceid");
        assertThat(TraceContext.extract(all)).isEqualTo(new TraceContext(other, SPAN, null, true, false));
        all.remove("b3");
        assertThat(TraceContext.extract(all)).isEqualTo(new TraceContext("c".repeat(32), SPAN, null, true, false));
    }

    @Test
    void theDebugFlagAsksForSampling() {
        assertThat(TraceContext.extract(
                        headers("x-b3-traceid", TRACE, "x-b3-spanid", SPAN, "x-b3-flags", "1", "x-b3-sampled", "0")))
                .isEqualTo(new TraceContext(TRACE, SPAN, null, true, true));
        assertThat(TraceContext.extract(headers("b3", TRACE + "-" + SPAN + "-d-" + SPAN)))
                .isEqualTo(new TraceContext(TRACE, SPAN, SPAN, true, true));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312",
                "ff-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-01",
                "00-00000000000000000000000000000000-a2fb4a1d1a96d312-01",
                "00-463ac35c9f6413ad48485a3953bb6124-0000000000000000-01",
                "00-463AC35C9F6413AD48485A3953BB6124-a2fb4a1d1a96d312-01",
                "00-463ac35c9f6413ad-a2fb4a1d1a96d312-01",
                ""
            })
    void aTraceparentThatIsNoneIsNotFollowed(String value) {
        assertThat(TraceContext.extract(headers("traceparent", value))).isNull();
    }

    @Test
    void aDecisionMayComeAlone() {
        assertThat(TraceContext.bareDecision(headers("b3", "0"))).isFalse();
        assertThat(TraceContext.bareDecision(headers("b3", "d"))).isTrue();
        assertThat(TraceContext.bareDecision(headers("x-b3-sampled", "true"))).isTrue();
        assertThat(TraceContext.bareDecision(headers("x-b3-sampled", "maybe"))).isNull();
        assertThat(TraceContext.bareDecision(headers())).isNull();
    }
}
