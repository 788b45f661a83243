package dev.lateen.proxy.model;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.accesslog.v3.AccessLog} writing to a file.
 *
 * @param path {@code /dev/stdout}, {@code /dev/stderr} or a file
 * @param textFormat a format string, or null when {@code jsonFormat} is given
 * @param jsonFormat key to format string, or null
 * @param filter which exchanges and sessions are logged; null for all
 */
public record AccessLogConfig(
        String path,
        @Nullable String textFormat,
        @Nullable Map<String, String> jsonFormat,
        @Nullable AccessLogFilter filter) {}
