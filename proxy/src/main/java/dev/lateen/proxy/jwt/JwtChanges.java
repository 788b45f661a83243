package dev.lateen.proxy.jwt;

import dev.lateen.proxy.message.HeaderMap;
import dev.lateen.proxy.message.RequestHead;
import dev.lateen.proxy.model.StructValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What good tokens change of a request, put down first and done when all is decided. What was taken out for one requirement is not there for the next, as in Envoy. Belongs to one request.
 */
public final class JwtChanges {
    private final RequestHead head;
    private final Set<String> removed = new HashSet<>();
    private final List<String> added = new ArrayList<>();
    private final Map<String, StructValue> metadata = new HashMap<>();
    private String path;
    private boolean reroute;

    JwtChanges(RequestHead head) {
        this.head = head;
        this.path = head.path();
    }

    /** All values of a header that is still there. */
    List<String> values(String name) {
        if (removed.contains(name)) {
            return List.of();
        }
        HeaderMap headers = head.headers();
        List<String> values = new ArrayList<>(1);
        for (int i = headers.find(name, 0); i >= 0; i = headers.find(name, i + 1)) {
            values.add(headers.value(i).toString());
        }
        return values;
    }

    String path() {
        return path;
    }

    void path(String without) {
        path = without;
    }

    void remove(String header) {
        removed.add(header);
    }

    void add(String header, String value) {
        added.add(header);
        added.add(value);
    }

    void metadata(String key, StructValue value) {
        metadata.put(key, value);
    }

    void reroute() {
        reroute = true;
    }

    /** Whether the route is to be chosen again. */
    public boolean isReroute() {
        return reroute;
    }

    /** What dynamic metadata gets. */
    public Map<String, StructValue> metadata() {
        return metadata;
    }

    /** Does it to the head that was looked at. */
    public void apply() {
        removed.forEach(name -> head.headers().remove(name));
        for (int i = 0; i < added.size(); i += 2) {
            head.headers().add(added.get(i), added.get(i + 1));
        }
        if (!path.equals(head.path())) {
            head.path(path);
        }
    }
}
