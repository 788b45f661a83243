package dev.lateen.proxy.expression;

import dev.lateen.proxy.expression.Expression.Node;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The values of expressions. */
final class Operators {
    /** CEL's null. */
    static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "null";
        }
    };

    /** What has no value. */
    static final Object ERROR = new Object();

    private Operators() {}

    static Object value(Node node, Attributes attributes) {
        return switch (node) {
            case Node.Constant constant -> constant.value();
            case Node.Attribute(String root, String field) -> orError(attributes.get(root, field));
            case Node.Member(Node of, Node name) -> member(value(of, attributes), value(name, attributes));
            case Node.ListOf(List<Node> items) -> list(items, attributes);
            case Node.Has(Node what) -> value(what, attributes) != ERROR;
            case Node.Not(Node of) -> value(of, attributes) instanceof Boolean flag ? !flag : ERROR;
            case Node.Negative(Node of) ->
                switch (value(of, attributes)) {
                    case Long number -> number == Long.MIN_VALUE ? ERROR : (Object) (-number);
                    case Double number -> -number;
                    default -> ERROR;
                };
            case Node.Both(Node left, Node right) -> logic(left, right, false, attributes);
            case Node.Either(Node left, Node right) -> logic(left, right, true, attributes);
            case Node.Choice(Node condition, Node then, Node otherwise) ->
                value(condition, attributes) instanceof Boolean flag
                        ? value(flag ? then : otherwise, attributes)
                        : ERROR;
            case Node.Binary(String sign, Node left, Node right) ->
                binary(sign, value(left, attributes), value(right, attributes));
            case Node.Call call -> call(call, attributes);
        };
    }

    private static Object orError(@Nullable Object value) {
        return value == null ? ERROR : value;
    }

    private static Object member(Object of, Object name) {
        if (of instanceof Attributes.Fields fields && name instanceof String text) {
            return orError(fields.get(text));
        }
        if (of instanceof List<?> list && name instanceof Long index && index >= 0 && index < list.size()) {
            return orError(list.get(index.intValue()));
        }
        return ERROR;
    }

    private static Object list(List<Node> items, Attributes attributes) {
        List<Object> values = new ArrayList<>(items.size());
        for (Node item : items) {
            Object value = value(item, attributes);
            if (value == ERROR) {
                return ERROR;
            }
            values.add(value);
        }
        return values;
    }

    // One side may decide alone, whatever the other is.
    private static Object logic(Node left, Node right, boolean deciding, Attributes attributes) {
        Object first = value(left, attributes);
        if (first.equals(deciding)) {
            return deciding;
        }
        Object second = value(right, attributes);
        if (second.equals(deciding)) {
            return deciding;
        }
        return first instanceof Boolean && second instanceof Boolean ? !deciding : ERROR;
    }

    private static Object binary(String sign, Object left, Object right) {
        if (left == ERROR || right == ERROR) {
            return ERROR;
        }
        return switch (sign) {
            case "==" -> same(left, right);
            case "!=" -> !same(left, right);
            case "in" -> in(left, right);
            case "<", "<=", ">", ">=" -> ordered(sign, left, right);
            default -> arithmetic(sign, left, right);
        };
    }

    private static boolean same(Object left, Object right) {
        if (left instanceof Number a && right instanceof Number b) {
            return Objects.equals(compare(a, b), 0);
        }
        if (!(left instanceof List<?> a) || !(right instanceof List<?> b) || a.size() != b.size()) {
            return left.equals(right);
        }
        for (int i = 0; i < a.size(); i++) {
            if (!same(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Null where one is no number: nothing is less, equal or greater. */
    private static @Nullable Integer compare(Number left, Number right) {
        if (left instanceof Long a && right instanceof Long b) {
            return Long.compare(a, b);
        }
        double a = left.doubleValue();
        double b = right.doubleValue();
        if (Double.isNaN(a) || Double.isNaN(b)) {
            return null;
        }
        // Not Double.compare, for which zeros differ.
        return a < b ? -1 : a > b ? 1 : 0;
    }

    private static Object in(Object item, Object container) {
        return switch (container) {
            case List<?> list -> list.stream().anyMatch(other -> same(item, other));
            case Attributes.Fields fields -> item instanceof String name && fields.get(name) != null;
            default -> ERROR;
        };
    }

    private static Object ordered(String sign, Object left, Object right) {
        Integer order = order(left, right);
        if (order == null) {
            return left instanceof Number && right instanceof Number ? (Object) false : ERROR;
        }
        return switch (sign) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    private static @Nullable Integer order(Object left, Object right) {
        return switch (left) {
            case Number a when right instanceof Number b -> compare(a, b);
            case String a when right instanceof String b -> a.compareTo(b);
            case Boolean a when right instanceof Boolean b -> a.compareTo(b);
            case Duration a when right instanceof Duration b -> a.compareTo(b);
            case Instant a when right instanceof Instant b -> a.compareTo(b);
            default -> null;
        };
    }

    private static Object arithmetic(String sign, Object left, Object right) {
        try {
            return switch (left) {
                case String a when right instanceof String b && sign.equals("+") -> a + b;
                case List<?> a
                when right instanceof List<?> b && sign.equals("+") ->
                    Stream.concat(a.stream(), b.stream()).toList();
                case Long a when right instanceof Long b -> whole(sign, a, b);
                case Double a when right instanceof Double b -> decimal(sign, a, b);
                case Duration a
                when right instanceof Duration b ->
                    sign.equals("+") ? a.plus(b) : sign.equals("-") ? a.minus(b) : ERROR;
                case Duration a when right instanceof Instant b -> sign.equals("+") ? b.plus(a) : ERROR;
                case Instant a
                when right instanceof Duration b ->
                    sign.equals("+") ? a.plus(b) : sign.equals("-") ? a.minus(b) : ERROR;
                case Instant a when right instanceof Instant b -> sign.equals("-") ? Duration.between(b, a) : ERROR;
                default -> ERROR;
            };
        } catch (ArithmeticException | DateTimeException e) {
            return ERROR;
        }
    }

    private static Object decimal(String sign, double left, double right) {
        return switch (sign) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
            default -> ERROR;
        };
    }

    /** @throws ArithmeticException for what 64 bits can't hold, and for a division by zero */
    private static Object whole(String sign, long left, long right) {
        return switch (sign) {
            case "+" -> Math.addExact(left, right);
            case "-" -> Math.subtractExact(left, right);
            case "*" -> Math.multiplyExact(left, right);
            case "/" -> Math.divideExact(left, right);
            default -> left % right;
        };
    }

    private static Object call(Node.Call call, Attributes attributes) {
        List<Object> values = new ArrayList<>();
        if (call.target() != null) {
            values.add(value(call.target(), attributes));
        }
        call.arguments().forEach(a -> values.add(value(a, attributes)));
        if (values.contains(ERROR)) {
            return ERROR;
        }
        return Functions.value(call.name(), values);
    }
}
