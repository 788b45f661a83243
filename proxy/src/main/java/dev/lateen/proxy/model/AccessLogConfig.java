package dev.lateen.proxy.model;

import org.jspecify.annotations.Nullable;

/**
 * {@code envoy.config.accesslog.v3.AccessLog} writing to a file.
 *
 * @param path {@code /dev/stdout}, {@code /dev/stderr} or a file
 * @param textFormat a format string, or null when {@code jsonFormat} is given
 * @param jsonFormat what a line in JSON is made of, or null
 * @param omitEmptyValues whether what is missing is left out: no dash in a text, no key in JSON
 * @param filter which exchanges and sessions are logged; null for all
 */
public record AccessLogConfig(
        String path,
        @Nullable String textFormat,
        JsonFormat.@Nullable Fields jsonFormat,
        boolean omitEmptyValues,
        @Nullable AccessLogFilter filter) {}
