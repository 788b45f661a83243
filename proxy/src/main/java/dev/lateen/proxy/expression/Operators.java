package dev.lateen.proxy.expression;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.lateen.proxy.expression.Expression.Node;
import java.util.ArrayList;
import java.util.List;
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
                    case Long number -> -number;
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
        return left instanceof Number a && right instanceof Number b ? compare(a, b) == 0 : left.equals(right);
    }

    private static int compare(Number left, Number right) {
        return left instanceof Long a && right instanceof Long b
                ? Long.compare(a, b)
                : Double.compare(left.doubleValue(), right.doubleValue());
    }

    private static Object in(Object item, Object container) {
        return switch (container) {
            case List<?> list -> list.stream().anyMatch(other -> same(item, other));
            case Attributes.Fields fields -> item instanceof String name && fields.get(name) != null;
            default -> ERROR;
        };
    }

    private static Object ordered(String sign, Object left, Object right) {
        int order;
        if (left instanceof Number a && right instanceof Number b) {
            order = compare(a, b);
        } else if (left instanceof String a && right instanceof String b) {
            order = a.compareTo(b);
        } else {
            return ERROR;
        }
        return switch (sign) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    private static Object arithmetic(String sign, Object left, Object right) {
        if (sign.equals("+") && left instanceof String a && right instanceof String b) {
            return a + b;
        }
        if (left instanceof Long a && right instanceof Long b) {
            return whole(sign, a, b);
        }
        if (!(left instanceof Number a) || !(right instanceof Number b)) {
            return ERROR;
        }
        return switch (sign) {
            case "+" -> a.doubleValue() + b.doubleValue();
            case "-" -> a.doubleValue() - b.doubleValue();
            case "*" -> a.doubleValue() * b.doubleValue();
            case "/" -> a.doubleValue() / b.doubleValue();
            default -> ERROR;
        };
    }

    private static Object whole(String sign, long left, long right) {
        boolean byZero = right == 0 && (sign.equals("/") || sign.equals("%"));
        if (byZero) {
            return ERROR;
        }
        return switch (sign) {
            case "+" -> left + right;
            case "-" -> left - right;
            case "*" -> left * right;
            case "/" -> left / right;
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
        if (values.size() == 1) {
            return ofOne(call.name(), values.getFirst());
        }
        if (values.size() != 2 || !(values.get(0) instanceof String text)) {
            return ERROR;
        }
        return switch (values.get(1)) {
            case String other -> ofTexts(call.name(), text, other);
            case Pattern pattern
            when call.name().equals("matches") -> pattern.matcher(text).find();
            default -> ERROR;
        };
    }

    private static Object ofOne(String name, Object value) {
        return switch (name) {
            case "size" ->
                value instanceof String text
                        ? (long) text.length()
                        : value instanceof List<?> list ? (long) list.size() : ERROR;
            case "string" ->
                value instanceof List<?> || value instanceof Attributes.Fields ? ERROR : String.valueOf(value);
            case "int" ->
                value instanceof Number number
                        ? number.longValue()
                        : value instanceof String text ? parsed(text, true) : ERROR;
            case "double" ->
                value instanceof Number number
                        ? number.doubleValue()
                        : value instanceof String text ? parsed(text, false) : ERROR;
            default -> ERROR;
        };
    }

    private static Object parsed(String text, boolean whole) {
        try {
            return whole ? (Object) Long.valueOf(text) : (Object) Double.valueOf(text);
        } catch (NumberFormatException e) {
            return ERROR;
        }
    }

    private static Object ofTexts(String name, String text, String other) {
        return switch (name) {
            case "startsWith" -> text.startsWith(other);
            case "endsWith" -> text.endsWith(other);
            case "contains" -> text.contains(other);
            case "matches" -> matches(text, other);
            default -> ERROR;
        };
    }

    private static Object matches(String text, String expression) {
        try {
            return Pattern.compile(expression).matcher(text).find();
        } catch (PatternSyntaxException e) {
            return ERROR;
        }
    }
}
