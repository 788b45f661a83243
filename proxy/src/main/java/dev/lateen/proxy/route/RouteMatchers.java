package dev.lateen.proxy.route;

import dev.lateen.proxy.model.RouteTable;
import java.util.Collection;
import java.util.IdentityHashMap;

/** Compiled route tables by the identity of their tables. Reading takes no lock; safe for use by several threads. */
public final class RouteMatchers {
    private volatile IdentityHashMap<RouteTable, RouteMatcher> compiled = new IdentityHashMap<>();

    /** The table's matcher, compiled now if this is the first time. */
    public RouteMatcher of(RouteTable table) {
        RouteMatcher found = compiled.get(table);
        return found != null ? found : add(table);
    }

    private synchronized RouteMatcher add(RouteTable table) {
        RouteMatcher found = compiled.get(table);
        if (found != null) {
            return found;
        }
        IdentityHashMap<RouteTable, RouteMatcher> next = new IdentityHashMap<>(compiled);
        RouteMatcher matcher = RouteMatcher.compile(table);
        next.put(table, matcher);
        compiled = next;
        return matcher;
    }

    /** Drops what is compiled for tables that are none of these objects: call it with a new snapshot's tables, inline ones included. */
    public synchronized void retain(Collection<RouteTable> tables) {
        IdentityHashMap<RouteTable, RouteMatcher> next = new IdentityHashMap<>();
        for (RouteTable table : tables) {
            RouteMatcher matcher = compiled.get(table);
            if (matcher != null) {
                next.put(table, matcher);
            }
        }
        compiled = next;
    }
}
