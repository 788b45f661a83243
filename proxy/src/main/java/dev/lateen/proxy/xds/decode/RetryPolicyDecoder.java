package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.RetryPolicy;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.RetryPolicy}: one retry, 25 ms base interval, ten times that at most, unless said otherwise. */
final class RetryPolicyDecoder {
    private static final String PREVIOUS_PRIORITIES =
            "envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig";
    private static final Duration BASE_INTERVAL = Duration.ofMillis(25);

    private RetryPolicyDecoder() {}

    static RetryPolicy decode(ProtoNode node, DecodeScope scope) {
        node.ignoring("per_try_idle_timeout", "rate_limited_retry_back_off");
        ProtoNode backOff = node.messageOrEmpty("retry_back_off");
        Duration base = backOff.duration("base_interval", BASE_INTERVAL);
        if (base.compareTo(Duration.ofMillis(1)) < 0) {
            base = Duration.ofMillis(1);
        }
        Duration most = backOff.duration("max_interval", base.multipliedBy(10));
        if (most.compareTo(base) < 0) {
            throw backOff.unsupported("max_interval", most.toString(), "at least base_interval");
        }
        return new RetryPolicy(
                conditions(node.text("retry_on")),
                (int) Math.min(Integer.MAX_VALUE, node.wrapped("num_retries", 1)),
                node.duration("per_try_timeout", Duration.ZERO),
                statusCodes(node),
                previousHosts(node.messages("retry_host_predicate"), scope),
                Math.clamp(node.number("host_selection_retry_max_attempts"), 1, Integer.MAX_VALUE),
                base,
                most,
                MatcherDecoder.headers(node.messages("retriable_headers")),
                leavePriorityAfter(node.message("retry_priority"), scope));
    }

    /** Words that Envoy does not know are passed over there too. */
    private static Set<String> conditions(String retryOn) {
        Set<String> words = new LinkedHashSet<>();
        for (String word : retryOn.split(",", -1)) {
            if (!word.isBlank()) {
                words.add(word.trim());
            }
        }
        return words;
    }

    private static Set<Integer> statusCodes(ProtoNode node) {
        Set<Integer> codes = new LinkedHashSet<>();
        for (Number code : node.numbers("retriable_status_codes")) {
            codes.add(code.intValue());
        }
        return codes;
    }

    private static int leavePriorityAfter(@Nullable ProtoNode priority, DecodeScope scope) {
        ProtoNode any = priority == null ? null : priority.message("typed_config");
        if (priority == null || any == null || !any.anyType().equals(PREVIOUS_PRIORITIES)) {
            if (priority != null) {
                scope.leftOut(
                        priority,
                        "retry priority " + priority.text("name"),
                        "not supported by this proxy (accepted: envoy.retry_priorities.previous_priorities)");
            }
            return 0;
        }
        priority.ignoring("name");
        return Math.clamp(any.unpack().number("update_frequency"), 1, Integer.MAX_VALUE);
    }

    private static boolean previousHosts(List<ProtoNode> predicates, DecodeScope scope) {
        boolean found = false;
        for (ProtoNode predicate : predicates) {
            ProtoNode any = predicate.message("typed_config");
            boolean known = predicate.text("name").equals("envoy.retry_host_predicates.previous_hosts")
                    || any != null && any.anyType().endsWith("PreviousHostsPredicate");
            if (known) {
                found = true;
            } else {
                scope.leftOut(
                        predicate,
                        "retry host predicate " + predicate.text("name"),
                        "not supported by this proxy (accepted: envoy.retry_host_predicates.previous_hosts)");
            }
        }
        return found;
    }
}
