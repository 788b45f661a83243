package dev.lateen.injector.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Renders one template for one pod. Used once, by one thread. */
final class Renderer {
    /** Far more than a pod may have; a template that makes more is wrong. */
    private static final int MOST_CHARACTERS = 4 * 1024 * 1024;

    private static final int DEEPEST = 50;

    private final TemplateParser.Parsed template;
    private final Map<String, ?> data;
    private final StringBuilder out = new StringBuilder();
    private final Deque<Map<String, @Nullable Object>> scopes = new ArrayDeque<>();

    Renderer(TemplateParser.Parsed template, Map<String, ?> data) {
        this.template = template;
        this.data = data;
    }

    String render() {
        scopes.push(new HashMap<>());
        scopes.getFirst().put("", data);
        render(template.body(), data);
        return out.toString();
    }

    private void render(List<Piece> pieces, @Nullable Object dot) {
        for (Piece piece : pieces) {
            switch (piece) {
                case Piece.Text text -> write(text.text());
                case Piece.Output output -> write(Values.text(value(output.expression(), dot)));
                case Piece.Assignment assignment -> assign(assignment, value(assignment.value(), dot));
                case Piece.If branch ->
                    scoped(
                            Values.isTrue(value(branch.condition(), dot)) ? branch.then() : branch.otherwise(),
                            dot,
                            Map.of());
                case Piece.With with -> renderWith(with, dot);
                case Piece.Range range -> renderRange(range, dot);
                case Piece.Include include -> include(include, dot);
            }
        }
    }

    private void write(String text) {
        if (out.length() + text.length() > MOST_CHARACTERS) {
            throw new TemplateException("more than " + MOST_CHARACTERS + " characters");
        }
        out.append(text);
    }

    private void assign(Piece.Assignment assignment, @Nullable Object value) {
        if (assignment.declared()) {
            scopes.getFirst().put(assignment.name(), value);
            return;
        }
        for (Map<String, @Nullable Object> scope : scopes) {
            if (scope.containsKey(assignment.name())) {
                scope.put(assignment.name(), value);
                return;
            }
        }
        throw new TemplateException("variable $" + assignment.name() + ": not declared");
    }

    private void scoped(List<Piece> pieces, @Nullable Object dot, Map<String, ? extends @Nullable Object> variables) {
        if (scopes.size() > DEEPEST) {
            throw new TemplateException("more than " + DEEPEST + " blocks inside of each other");
        }
        scopes.push(new HashMap<>(variables));
        render(pieces, dot);
        scopes.pop();
    }

    private void renderWith(Piece.With with, @Nullable Object dot) {
        Object value = value(with.value(), dot);
        if (!Values.isTrue(value)) {
            scoped(with.otherwise(), dot, Map.of());
            return;
        }
        Map<String, @Nullable Object> variables = new HashMap<>();
        if (!with.variable().isEmpty()) {
            variables.put(with.variable(), value);
        }
        scoped(with.then(), value, variables);
    }

    private void renderRange(Piece.Range range, @Nullable Object dot) {
        Object items = value(range.items(), dot);
        if (!Values.isTrue(items)) {
            scoped(range.otherwise(), dot, Map.of());
        } else if (items instanceof Map<?, ?> map) {
            new TreeMap<Object, @Nullable Object>(map).forEach((key, item) -> once(range, key, item));
        } else if (items instanceof Collection<?> list) {
            long index = 0;
            for (Object item : list) {
                once(range, index++, item);
            }
        } else {
            throw new TemplateException("range over " + Values.text(items) + " (expected: a list or an object)");
        }
    }

    private void once(Piece.Range range, Object key, @Nullable Object item) {
        Map<String, @Nullable Object> variables = new HashMap<>();
        if (!range.key().isEmpty()) {
            variables.put(range.key(), key);
        }
        if (!range.item().isEmpty()) {
            variables.put(range.item(), item);
        }
        scoped(range.body(), item, variables);
    }

    private void include(Piece.Include include, @Nullable Object dot) {
        List<Piece> pieces = template.defined().get(include.name());
        if (pieces == null) {
            throw new TemplateException("template " + include.name() + ": not defined");
        }
        Object inner = value(include.dot(), dot);
        Map<String, @Nullable Object> variables = new HashMap<>();
        variables.put("", inner);
        scoped(pieces, inner, variables);
    }

    private @Nullable Object value(TemplateExpression expression, @Nullable Object dot) {
        return switch (expression) {
            case TemplateExpression.Literal literal -> literal.value();
            case TemplateExpression.Dot _ -> dot;
            case TemplateExpression.Variable variable -> variable(variable.name());
            case TemplateExpression.Fields fields -> fields(fields, dot);
            case TemplateExpression.Call call -> call(call, dot, List.of());
            case TemplateExpression.Pipeline pipeline -> pipeline(pipeline, dot);
        };
    }

    private @Nullable Object variable(String name) {
        for (Map<String, @Nullable Object> scope : scopes) {
            if (scope.containsKey(name)) {
                return scope.get(name);
            }
        }
        throw new TemplateException("variable $" + name + ": not declared");
    }

    @SuppressWarnings("ReferenceEquality") // Whether these are the names of the data itself, which are known.
    private @Nullable Object fields(TemplateExpression.Fields fields, @Nullable Object dot) {
        Object value = value(fields.of(), dot);
        boolean first = value == data;
        for (String name : fields.names()) {
            if (first && !data.containsKey(name)) {
                throw new TemplateException("field ." + name + " is not understood (expected one of "
                        + String.join(", ", new TreeMap<String, Object>(data).keySet()) + ")");
            }
            first = false;
            value = Values.field(value, name);
        }
        return value;
    }

    private @Nullable Object pipeline(TemplateExpression.Pipeline pipeline, @Nullable Object dot) {
        List<TemplateExpression> commands = pipeline.commands();
        Object value = value(commands.getFirst(), dot);
        for (TemplateExpression command : commands.subList(1, commands.size())) {
            if (!(command instanceof TemplateExpression.Call call)) {
                throw new TemplateException("| before something that is no function");
            }
            List<@Nullable Object> piped = new ArrayList<>();
            piped.add(value);
            value = call(call, dot, piped);
        }
        return value;
    }

    private @Nullable Object call(
            TemplateExpression.Call call, @Nullable Object dot, List<? extends @Nullable Object> piped) {
        List<@Nullable Object> arguments = new ArrayList<>();
        for (TemplateExpression argument : call.arguments()) {
            Object value = value(argument, dot);
            arguments.add(value);
            // As Go does, what is decided is not looked at further: the rest may not be there.
            if (call.function().equals("and") && !Values.isTrue(value)
                    || call.function().equals("or") && Values.isTrue(value)) {
                return value;
            }
        }
        arguments.addAll(piped);
        return TemplateFunctions.call(call.function(), arguments);
    }
}
