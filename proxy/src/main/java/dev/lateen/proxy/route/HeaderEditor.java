package dev.lateen.proxy.route;

import dev.lateen.proxy.message.ExchangeFacts;
import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.message.ResponseHead;
import dev.lateen.proxy.model.HeaderMutations;
import dev.lateen.proxy.model.HeaderMutations.HeaderValueOption;
import dev.lateen.proxy.model.Route;
import dev.lateen.proxy.model.RouteAction.WeightedCluster;
import dev.lateen.proxy.model.RouteTable;
import dev.lateen.proxy.model.VirtualHost;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Header edits of all levels, compiled. Levels are applied from the most specific (weighted cluster, route, virtual host, table) to the
 * least, or the other way round with {@code most_specific_header_mutations_wins}. Within a level Envoy removes first, then computes all
 * values, then overwrites, then adds. Pseudo-headers and {@code host} are never touched. Immutable.
 */
public final class HeaderEditor {
    /** Edits nothing. */
    public static final HeaderEditor NONE = new HeaderEditor(List.of());

    private final Level[] levels;

    private HeaderEditor(List<Level> levels) {
        this.levels = levels.toArray(Level[]::new);
    }

    private record Edit(String name, HeaderValue value, HeaderMutations.AppendAction action, boolean keepEmpty) {}

    private record Level(List<String> remove, List<Edit> edits) {}

    /** Compiles levels in the order in which they are applied. */
    public static HeaderEditor compile(List<HeaderMutations> mutations) {
        List<Level> levels = new ArrayList<>();
        for (HeaderMutations level : mutations) {
            if (!level.isEmpty()) {
                levels.add(compile(level));
            }
        }
        return levels.isEmpty() ? NONE : new HeaderEditor(levels);
    }

    private static Level compile(HeaderMutations level) {
        List<Edit> edits = new ArrayList<>();
        for (HeaderValueOption option : level.append()) {
            String name = PathCondition.lower(option.name());
            if (!isProtected(name)) {
                edits.add(
                        new Edit(name, HeaderValue.compile(option.value()), option.action(), option.keepEmptyValue()));
            }
        }
        List<String> remove = level.remove().stream()
                .map(PathCondition::lower)
                .filter(name -> !isProtected(name))
                .toList();
        return new Level(remove, edits);
    }

    private static boolean isProtected(String name) {
        return name.isEmpty() || name.charAt(0) == ':' || name.equals("host");
    }

    static HeaderEditor forRequest(
            RouteTable table, VirtualHost host, Route route, @Nullable WeightedCluster weighted) {
        return ordered(
                table,
                weighted == null ? HeaderMutations.NONE : weighted.requestHeaders(),
                route.requestHeaders(),
                host.requestHeaders(),
                table.requestHeaders());
    }

    static HeaderEditor forResponse(
            RouteTable table, VirtualHost host, Route route, @Nullable WeightedCluster weighted) {
        return ordered(
                table,
                weighted == null ? HeaderMutations.NONE : weighted.responseHeaders(),
                route.responseHeaders(),
                host.responseHeaders(),
                table.responseHeaders());
    }

    private static HeaderEditor ordered(RouteTable table, HeaderMutations... mostSpecificFirst) {
        List<HeaderMutations> levels = List.of(mostSpecificFirst);
        return compile(table.mostSpecificHeaderMutationsWins() ? levels.reversed() : levels);
    }

    public boolean isEmpty() {
        return levels.length == 0;
    }

    /** Edits a request's head; values are computed from the exchange and this head. */
    public void apply(ExchangeFacts exchange, RequestHead head) {
        for (Level level : levels) {
            edit(level, head.headers(), exchange, head, null);
        }
    }

    /** Edits a response's head; {@code %REQ(x)%} reads the exchange's request, {@code %RESP(x)%} this head. */
    public void apply(ExchangeFacts exchange, ResponseHead head) {
        for (Level level : levels) {
            edit(level, head.headers(), exchange, exchange.request(), head);
        }
    }

    private static void edit(
            Level level,
            HeaderMap headers,
            ExchangeFacts exchange,
            RequestHead request,
            @Nullable ResponseHead response) {
        for (int i = 0; i < level.remove.size(); i++) {
            headers.remove(level.remove.get(i));
        }
        List<Edit> edits = level.edits;
        // Null where nothing is to be written; decided for all edits before the first is made, as Envoy does.
        @Nullable String[] values = new @Nullable String[edits.size()];
        for (int i = 0; i < values.length; i++) {
            Edit edit = edits.get(i);
            String value = edit.value.format(exchange, request, response);
            boolean written = (!value.isEmpty() || edit.keepEmpty) && wanted(edit, headers);
            values[i] = written ? value : null;
        }
        write(edits, values, headers, true);
        write(edits, values, headers, false);
    }

    private static boolean wanted(Edit edit, HeaderMap headers) {
        return switch (edit.action) {
            case APPEND_IF_EXISTS_OR_ADD, OVERWRITE_IF_EXISTS_OR_ADD -> true;
            case ADD_IF_ABSENT -> !headers.contains(edit.name);
            case OVERWRITE_IF_EXISTS -> headers.contains(edit.name);
        };
    }

    private static void write(List<Edit> edits, @Nullable String[] values, HeaderMap headers, boolean overwrite) {
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            if (value != null && overwrites(edits.get(i).action) == overwrite) {
                if (overwrite) {
                    headers.set(edits.get(i).name, value);
                } else {
                    headers.add(edits.get(i).name, value);
                }
            }
        }
    }

    private static boolean overwrites(HeaderMutations.AppendAction action) {
        return switch (action) {
            case OVERWRITE_IF_EXISTS_OR_ADD, OVERWRITE_IF_EXISTS -> true;
            case APPEND_IF_EXISTS_OR_ADD, ADD_IF_ABSENT -> false;
        };
    }
}
