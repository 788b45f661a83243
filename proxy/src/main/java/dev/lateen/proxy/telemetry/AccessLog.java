package dev.lateen.proxy.telemetry;

import dev.lateen.proxy.message.Exchange;
import dev.lateen.proxy.message.SubstitutionFormat;
import dev.lateen.proxy.message.TcpSession;
import dev.lateen.proxy.model.AccessLogConfig;
import java.util.LinkedHashMap;
import java.util.Map;
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
    private final Map<String, SubstitutionFormat> json = new LinkedHashMap<>();

    /** @throws IllegalArgumentException for a format that does not compile */
    AccessLog(AccessLogConfig config, LogSink sink) {
        this.filter = LogFilter.of(config.filter());
        this.sink = sink;
        if (config.jsonFormat() == null) {
            text = SubstitutionFormat.compile(config.textFormat() == null ? ISTIO_FORMAT : config.textFormat());
        } else {
            text = null;
            config.jsonFormat().forEach((key, format) -> json.put(key, SubstitutionFormat.compile(format)));
        }
    }

    void log(Exchange exchange) {
        if (!filter.wants(exchange)) {
            return;
        }
        StringBuilder line = new StringBuilder(512);
        if (text != null) {
            text.append(line, exchange, "-");
        } else {
            appendJson(line, (format, out) -> format.append(out, exchange, ""));
        }
        sink.write(line.toString());
    }

    void log(TcpSession session) {
        if (!filter.wants(session)) {
            return;
        }
        StringBuilder line = new StringBuilder(512);
        if (text != null) {
            text.append(line, session, "-");
        } else {
            appendJson(line, (format, out) -> format.append(out, session, ""));
        }
        sink.write(line.toString());
    }

    /** Writes one value's text. */
    private interface Value {
        void append(SubstitutionFormat format, StringBuilder out);
    }

    private void appendJson(StringBuilder line, Value value) {
        char separator = '{';
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, SubstitutionFormat> entry : json.entrySet()) {
            line.append(separator);
            JsonText.quote(line, entry.getKey());
            line.append(':');
            text.setLength(0);
            value.append(entry.getValue(), text);
            if (text.isEmpty()) {
                line.append("null");
            } else {
                JsonText.quote(line, text);
            }
            separator = ',';
        }
        line.append(separator == '{' ? "{}\n" : "}\n");
    }
}
