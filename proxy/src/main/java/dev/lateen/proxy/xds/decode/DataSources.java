package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.xds.proto.ProtoNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** {@code envoy.config.core.v3.DataSource} and the other small shapes that occur everywhere. */
final class DataSources {
    private static final int MILLION = 1_000_000;

    private DataSources() {}

    /** The bytes a DataSource stands for. */
    static byte[] bytes(ProtoNode source, DecodeScope scope) {
        source.ignoring("watched_directory");
        if (source.has("inline_string")) {
            return source.text("inline_string").getBytes(StandardCharsets.UTF_8);
        }
        if (source.has("inline_bytes")) {
            return source.bytes("inline_bytes").toByteArray();
        }
        if (source.has("filename")) {
            return file(source, scope);
        }
        throw source.error("specifier", "missing or not supported (accepted: filename, inline_bytes, inline_string)");
    }

    static String text(ProtoNode source, DecodeScope scope) {
        return new String(bytes(source, scope), StandardCharsets.UTF_8);
    }

    private static byte[] file(ProtoNode source, DecodeScope scope) {
        String path = source.required("filename");
        try {
            return scope.files.read(path);
        } catch (IOException e) {
            throw source.error("filename", path + " can't be read: " + e);
        }
    }

    /** {@code FractionalPercent} in millionths, at most a million. */
    static int millionths(ProtoNode percent) {
        long numerator = percent.number("numerator");
        long scale = switch (percent.choice("denominator")) {
            case "HUNDRED" -> 10_000;
            case "TEN_THOUSAND" -> 100;
            case "MILLION" -> 1;
            default ->
                throw percent.unsupported(
                        "denominator", percent.choice("denominator"), "HUNDRED, TEN_THOUSAND, MILLION");
        };
        return (int) Math.min(MILLION, numerator * scale);
    }

    /** {@code RuntimeFractionalPercent}: its default value, since there is no runtime here. */
    static int runtimeMillionths(ProtoNode percent) {
        percent.ignoring("runtime_key");
        ProtoNode value = percent.message("default_value");
        return value == null ? MILLION : millionths(value);
    }

    /** {@code Percent} (0 to 100) in millionths. */
    static int percentMillionths(ProtoNode percent) {
        double value = percent.decimal("value");
        if (!(value >= 0 && value <= 100)) {
            throw percent.unsupported("value", String.valueOf(value), "0 to 100");
        }
        return (int) Math.round(value * 10_000);
    }
}
