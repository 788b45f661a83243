package dev.lateen.proxy.http.filter;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The filters that have something to do for one route, in the order of the connection manager's list. Each knows its place in that list, so that a request
 * which gets another route on its way goes on behind the filters that it has passed. Immutable; shared by all requests of the route.
 */
public final class RouteFilters {
    /** None at all. */
    public static final RouteFilters NONE = new RouteFilters(new HttpFilter[0], new int[0]);

    private final HttpFilter[] filters;
    private final int[] places;
    /** Of each filter; null where none has any, as nearly everywhere. */
    private final @Nullable BodyWish @Nullable [] wishes;

    private RouteFilters(HttpFilter[] filters, int[] places) {
        this.filters = filters;
        this.places = places;
        this.wishes = wishes(filters);
    }

    /**
     * Filters with their places.
     *
     * @param filters in order
     * @param places of each in the manager's list, ascending
     */
    public static RouteFilters of(List<HttpFilter> filters, List<Integer> places) {
        if (filters.size() != places.size()) {
            throw new IllegalArgumentException("places: " + places.size() + " (expected: " + filters.size() + ")");
        }
        return filters.isEmpty()
                ? NONE
                : new RouteFilters(
                        filters.toArray(HttpFilter[]::new),
                        places.stream().mapToInt(Integer::intValue).toArray());
    }

    /** How many there are. */
    public int size() {
        return filters.length;
    }

    /** One of them. @param index from 0 */
    public HttpFilter filter(int index) {
        return filters[index];
    }

    private static @Nullable BodyWish @Nullable [] wishes(HttpFilter[] filters) {
        @Nullable BodyWish[] all = new BodyWish[filters.length];
        boolean any = false;
        for (int i = 0; i < all.length; i++) {
            all[i] = filters[i].bodyWish();
            any |= all[i] != null;
        }
        return any ? all : null;
    }

    /** What one of them wishes to see of the body, or null. */
    public @Nullable BodyWish wish(int index) {
        return wishes == null ? null : wishes[index];
    }

    /** All of them. */
    public List<HttpFilter> all() {
        return List.of(filters);
    }

    /** The first {@code asked} of these, at least one, and then those of another route whose places are behind theirs. */
    public RouteFilters goOnWith(int asked, RouteFilters other) {
        int from = 0;
        while (from < other.places.length && other.places[from] <= places[asked - 1]) {
            from++;
        }
        int more = other.filters.length - from;
        HttpFilter[] joined = Arrays.copyOf(filters, asked + more);
        int[] joinedPlaces = Arrays.copyOf(places, asked + more);
        System.arraycopy(other.filters, from, joined, asked, more);
        System.arraycopy(other.places, from, joinedPlaces, asked, more);
        return new RouteFilters(joined, joinedPlaces);
    }
}
