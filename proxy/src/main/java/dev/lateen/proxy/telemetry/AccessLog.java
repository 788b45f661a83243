package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.StreamFacts;
import dev.lateen.proxy.message.SubstitutionFormat;
import dev.lateen.proxy.message.SubstitutionFormat.Facts;
import dev.lateen.proxy.model.AccessLogConfig;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** One configured access log: decides which exchanges it wants, and writes a line of text or JSON for each. */
final class AccessLog {
    /** Istio's default text format (facts istio.md, section 3). */
    static final String ISTIO_FORMAT =
            "[%START_TIME%] \"%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%\" "
                    + "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "
                    + "\"%UPSTREAM_TRANSPORT_FAILURE_REASON%\" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% "
                    + "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% \"%REQ(X-FORWARDED-FOR)%\" \"%REQ(USER-AGENT)%\" "
                    + "\"%REQ(X-REQUEST-ID)%\" \"%REQ(:AUTHORITY)%\" \"%UPSTREAM_HOST%\" %UPSTREAM_CLUSTER_RAW% "
                    + "%UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% "
                    + "%REQUESTED_SERVER_NAME% %ROUTE_NAME%\n";

    private final LogFilter filter;
    private final LogSink sink;
    private final @Nullable SubstitutionFormat text;
    private final @Nullable JsonLine json;
    private final String missing;

    /**
     * @param random draws the share of exchanges that a filter asks for; safe for several threads
     * @throws IllegalArgumentException for a format that does not compile
     */
    AccessLog(AccessLogConfig config, LogSink sink, RandomGenerator random) {
        this.filter = LogFilter.of(config.filter(), random);
        this.sink = sink;
        this.missing = config.omitEmptyValues() ? "" : "-";
        if (config.jsonFormat() == null) {
            text = SubstitutionFormat.compile(config.textFormat() == null ? ISTIO_FORMAT : config.textFormat());
            json = null;
        } else {
            text = null;
            json = new JsonLine(config.jsonFormat(), config.omitEmptyValues());
        }
    }

    void log(StreamFacts facts) {
        if (filter.wants(facts)) {
            write(Facts.of(facts));
        }
    }

    private void write(Facts facts) {
        StringBuilder line = new StringBuilder(512);
        if (text != null) {
            text.append(line, facts, missing);
        }
        if (json != null) {
            json.append(line, facts);
        }
        sink.write(line.toString());
    }
}
