package dev.lateen.proxy.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Formats of metrics, and how an application's text is let into an answer of others. */
class ExpositionTest {
    @Test
    void anApplicationIsAskedForWhatTheAskerTakesAndCanBeMerged() {
        assertThat(Exposition.accepted("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;q=0.7,"
                        + "application/openmetrics-text;version=1.0.0;escaping=underscores;q=0.6,"
                        + "text/plain;version=0.0.4;q=0.4,*/*;q=0.1"))
                .isEqualTo("application/openmetrics-text;escaping=underscores;version=1.0.0;q=0.9,"
                        + "text/plain;version=0.0.4;q=0.8");
        assertThat(Exposition.accepted("application/*")).isEqualTo("application/openmetrics-text;version=0.0.1;q=0.9");
        for (String nothing : new String[] {null, "", "image/png", ";;;,,", ",".repeat(10_000)}) {
            assertThat(Exposition.accepted(nothing)).isEqualTo("text/plain;version=0.0.4");
        }
    }

    @Test
    void theFormatIsTheApplicationsIfAllAgree() {
        assertThat(Exposition.of("application/openmetrics-text; version=1.0.0; charset=utf-8"))
                .isEqualTo(Exposition.OPEN_METRICS_1);
        assertThat(Exposition.of("application/openmetrics-text")).isEqualTo(Exposition.OPEN_METRICS_0);
        assertThat(Exposition.of("application/openmetrics-text; version=\"0.0.1\""))
                .isEqualTo(Exposition.OPEN_METRICS_0);
        assertThat(Exposition.of("TEXT/plain")).isEqualTo(Exposition.TEXT);
        assertThat(Exposition.of((String) null)).isEqualTo(Exposition.TEXT);
        assertThat(Exposition.of("text/html; charset=utf-8")).isNull();
        assertThat(Exposition.of("application/json")).isNull();
        assertThat(Exposition.of(List.of())).isEqualTo(Exposition.TEXT);
        assertThat(Exposition.of(List.of(Exposition.OPEN_METRICS_1, Exposition.OPEN_METRICS_1)))
                .isEqualTo(Exposition.OPEN_METRICS_1);
        assertThat(Exposition.of(List.of(Exposition.OPEN_METRICS_1, Exposition.TEXT)))
                .isEqualTo(Exposition.TEXT);
    }

    @Test
    void onlyWholeLinesPassHoweverTheTextIsCut() {
        String text = "# TYPE a counter\na 1\nb{x=\"y\"} 2";
        for (int cut = 0; cut <= text.length(); cut++) {
            MetricLines lines = new MetricLines(1000);
            String first = lines.more(Buffer.buffer(text.substring(0, cut))).toString();
            assertThat(first)
                    .satisfiesAnyOf(
                            some -> assertThat(some).isEmpty(),
                            some -> assertThat(some).endsWith("\n"));
            String rest = lines.more(Buffer.buffer(text.substring(cut))).toString();
            assertThat(first + rest + lines.end()).isEqualTo(text + "\n");
        }
    }

    @Test
    void theEndMarkPassesNotAndNothingBehindIt() {
        for (String end : new String[] {"# EOF\n", "# EOF", "# EOF\r\n", "# EOF\n\n"}) {
            for (int cut = 0; cut <= 4 + end.length(); cut++) {
                String text = "a 1\n" + end;
                MetricLines lines = new MetricLines(1000);
                String passed =
                        lines.more(Buffer.buffer(text.substring(0, cut))).toString()
                                + lines.more(Buffer.buffer(text.substring(cut)))
                                + lines.end();
                assertThat(passed.replace("\n\n", "\n")).as(end + cut).isEqualTo("a 1\n");
                assertThat(lines.isTooLong()).isFalse();
            }
        }
    }

    @Test
    void aTextOrALineThatIsTooLongEndsAtALine() {
        MetricLines lines = new MetricLines(10);
        assertThat(lines.more(Buffer.buffer("12345\n")).toString()).isEqualTo("12345\n");
        assertThat(lines.more(Buffer.buffer("12345\n")).length()).isZero();
        assertThat(lines.isTooLong()).isTrue();
        assertThat(lines.more(Buffer.buffer("1\n")).length()).isZero();
        MetricLines endless = new MetricLines(Long.MAX_VALUE);
        assertThat(endless.more(Buffer.buffer(new byte[MetricLines.LONGEST_LINE]))
                        .length())
                .isZero();
        assertThat(endless.isTooLong()).isFalse();
        endless.more(Buffer.buffer("x"));
        assertThat(endless.isTooLong()).isTrue();
        assertThat(endless.end().length()).isZero();
    }

    @Test
    void theApplicationHasAShareOfTheTimeThatPrometheusTakes() {
        assertThat(MergedMetrics.limit("10")).isEqualTo(Duration.ofSeconds(7));
        assertThat(MergedMetrics.limit("0.5")).isEqualTo(Duration.ofMillis(350));
        assertThat(MergedMetrics.limit("100000")).isEqualTo(Duration.ofSeconds(42));
        for (String odd : new String[] {null, "", "x", "-1", "NaN", "0"}) {
            assertThat(MergedMetrics.limit(odd)).as(odd).isEqualTo(Duration.ofSeconds(7));
        }
    }
}
