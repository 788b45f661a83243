package dev.lateen.proxy.model;

import dev.lateen.proxy.expression.Expression;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.accesslog.v3.AccessLog} writing to a file.
 *
 * @param path {@code /dev/stdout}, {@code /dev/stderr} or a file
 * @param textFormat a format string, or null when {@code jsonFormat} is given
 * @param jsonFormat key to format string, or null
 * @param minimumStatus only responses with this status or more are logged; 0 logs all
 * @param onlyFlagged whether only exchanges with a response flag are logged
 * @param condition what must be true of an exchange or session that is logged; null for none
 */
public record AccessLogConfig(
        String path,
        @Nullable String textFormat,
        @Nullable Map<String, String> jsonFormat,
        int minimumStatus,
        boolean onlyFlagged,
        @Nullable Expression condition) {}
