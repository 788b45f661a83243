package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.AccessLogFilter;
import dev.lateen.proxy.model.AccessLogFilter.Comparison;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** {@code envoy.config.accesslog.v3.AccessLogFilter}. */
final class AccessLogFilterDecoder {
    private static final String CEL = "envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter";

    /** All of Envoy's, also those that this proxy never sets. */
    private static final Set<String> FLAGS = Set.of(
            "LH", "UH", "UT", "LR", "UR", "UF", "UC", "UO", "NR", "DI", "FI", "RL", "UAEX", "RLSE", "DC", "URX", "SI",
            "IH", "DPE", "UMSDR", "RFCF", "NFCF", "DT", "UPE", "NC", "OM", "DF", "DO", "DR", "UDO");

    private AccessLogFilterDecoder() {}

    static AccessLogFilter decode(ProtoNode node) {
        ProtoNode status = node.message("status_code_filter");
        if (status != null) {
            ProtoNode comparison = status.requiredMessage("comparison");
            return new AccessLogFilter.StatusCode(operator(comparison), value(comparison));
        }
        ProtoNode duration = node.message("duration_filter");
        if (duration != null) {
            ProtoNode comparison = duration.requiredMessage("comparison");
            return new AccessLogFilter.DurationMillis(operator(comparison), value(comparison));
        }
        if (node.has("not_health_check_filter")) {
            return new AccessLogFilter.NotHealthCheck();
        }
        if (node.has("traceable_filter")) {
            return new AccessLogFilter.Traceable();
        }
        if (node.has("and_filter")) {
            return new AccessLogFilter.And(several(node.messageOrEmpty("and_filter")));
        }
        if (node.has("or_filter")) {
            return new AccessLogFilter.Or(several(node.messageOrEmpty("or_filter")));
        }
        return other(node);
    }

    private static AccessLogFilter other(ProtoNode node) {
        ProtoNode header = node.message("header_filter");
        if (header != null) {
            return new AccessLogFilter.Header(MatcherDecoder.header(header.requiredMessage("header")));
        }
        ProtoNode flags = node.message("response_flag_filter");
        if (flags != null) {
            return flags(flags);
        }
        ProtoNode sampled = node.message("runtime_filter");
        if (sampled != null) {
            return sampled(sampled);
        }
        ProtoNode statuses = node.message("grpc_status_filter");
        if (statuses != null) {
            return grpcStatuses(statuses);
        }
        ProtoNode metadata = node.message("metadata_filter");
        if (metadata != null) {
            return new AccessLogFilter.Metadata(
                    MatcherDecoder.metadata(metadata.requiredMessage("matcher")),
                    metadata.wrappedFlag("match_if_key_not_found", true));
        }
        ProtoNode types = node.message("log_type_filter");
        if (types != null) {
            return new AccessLogFilter.LogTypes(Set.copyOf(types.choices("types")), types.flag("exclude"));
        }
        return extension(node);
    }

    private static AccessLogFilter extension(ProtoNode node) {
        ProtoNode extension = node.message("extension_filter");
        if (extension == null) {
            throw node.error("filter_specifier", "missing (accepted: one of AccessLogFilter's)");
        }
        ProtoNode any = extension.ignoring("name").requiredMessage("typed_config");
        if (!any.anyType().equals(CEL)) {
            throw extension.beyondUs("typed_config", any.anyType() + " (accepted: " + CEL + ")");
        }
        ProtoNode filter = any.unpack();
        return new AccessLogFilter.Condition(
                MatcherDecoder.expression(filter, "expression", filter.required("expression")));
    }

    private static List<AccessLogFilter> several(ProtoNode node) {
        return node.messages("filters").stream()
                .map(AccessLogFilterDecoder::decode)
                .toList();
    }

    private static Comparison operator(ProtoNode comparison) {
        return switch (comparison.choice("op")) {
            case "EQ" -> Comparison.EQ;
            case "GE" -> Comparison.GE;
            case "LE" -> Comparison.LE;
            default -> throw comparison.beyondUs("op", comparison.choice("op") + " (accepted: EQ, GE, LE)");
        };
    }

    /** The default, since there is no runtime here. */
    private static long value(ProtoNode comparison) {
        return comparison.requiredMessage("value").ignoring("runtime_key").number("default_value");
    }

    private static AccessLogFilter flags(ProtoNode node) {
        Set<String> flags = new HashSet<>(node.texts("flags"));
        for (String flag : flags) {
            if (!FLAGS.contains(flag)) {
                throw node.unsupported("flags", '"' + flag + '"', "Envoy's response flags, such as NR");
            }
        }
        return new AccessLogFilter.ResponseFlags(flags);
    }

    private static AccessLogFilter sampled(ProtoNode node) {
        ProtoNode percent = node.ignoring("runtime_key").messageOrEmpty("percent_sampled");
        int denominator = switch (percent.choice("denominator")) {
            case "TEN_THOUSAND" -> 10_000;
            case "MILLION" -> 1_000_000;
            default -> 100;
        };
        return new AccessLogFilter.Sampled(
                percent.number("numerator"), denominator, node.flag("use_independent_randomness"));
    }

    private static AccessLogFilter grpcStatuses(ProtoNode node) {
        Set<Integer> statuses = new HashSet<>();
        node.numbers("statuses").forEach(status -> statuses.add(status.intValue()));
        return new AccessLogFilter.GrpcStatuses(statuses, node.flag("exclude"));
    }
}
