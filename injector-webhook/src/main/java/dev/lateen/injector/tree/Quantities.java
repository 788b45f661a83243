package dev.lateen.injector.tree;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Amounts of CPU and memory in Kubernetes' canonical form: no fraction, the largest suffix that needs none. Pure. */
public final class Quantities {
    private static final List<String> DECIMAL = List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E");
    private static final List<String> BINARY = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);
    private static final BigDecimal KIBI = BigDecimal.valueOf(1024);

    private Quantities() {}

    /** The canonical form, or null if the text is no quantity. */
    public static @Nullable String canonical(String text) {
        int end = 0;
        while (end < text.length() && "+-.0123456789".indexOf(text.charAt(end)) >= 0) {
            end++;
        }
        BigDecimal number = number(text.substring(0, end));
        String suffix = text.substring(end);
        if (number == null) {
            return null;
        }
        if (BINARY.contains(suffix) && !suffix.isEmpty()) {
            BigDecimal bytes = number.multiply(KIBI.pow(BINARY.indexOf(suffix)));
            return bytes.abs().compareTo(KIBI) < 0 ? decimal(bytes) : largest(bytes, BINARY, 0, KIBI);
        }
        if (DECIMAL.contains(suffix)) {
            return decimal(number.scaleByPowerOfTen(3 * (DECIMAL.indexOf(suffix) - 3)));
        }
        return suffix.matches("[eE][+-]?[0-9]{1,3}") ? text : null;
    }

    /** Requests and limits of all containers of a spec, made canonical in place. */
    public static void canonicalizeContainers(JsonNode spec) {
        for (String list : List.of(ContainerTrees.CONTAINERS, ContainerTrees.INIT)) {
            spec.path(list).forEach(container -> {
                if (container instanceof ObjectNode each) {
                    canonicalize(each);
                }
            });
        }
    }

    /** Requests and limits of a container, if it has any, made canonical in place. */
    public static void canonicalize(ObjectNode container) {
        for (String kind : List.of("limits", "requests")) {
            if (container.path("resources").path(kind) instanceof ObjectNode amounts) {
                for (Map.Entry<String, JsonNode> amount : List.copyOf(amounts.properties())) {
                    String canonical = canonical(amount.getValue().asString(""));
                    if (canonical != null) {
                        amounts.set(amount.getKey(), JsonNodeFactory.instance.stringNode(canonical));
                    }
                }
            }
        }
    }

    private static @Nullable BigDecimal number(String digits) {
        try {
            return new BigDecimal(digits);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static String decimal(BigDecimal value) {
        BigDecimal nanos = value.scaleByPowerOfTen(9).setScale(0, RoundingMode.UP);
        return nanos.signum() == 0 ? "0" : largest(nanos, DECIMAL, 0, THOUSAND);
    }

    private static String largest(BigDecimal value, List<String> suffixes, int from, BigDecimal step) {
        BigDecimal rest = value.setScale(0, RoundingMode.UP);
        int at = from;
        while (at + 1 < suffixes.size() && rest.remainder(step).signum() == 0) {
            rest = rest.divide(step);
            at++;
        }
        return rest.toBigInteger() + suffixes.get(at);
    }
}
