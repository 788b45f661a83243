package dev.lateen.istiod.translate.route;

import dev.lateen.api.networking.HeaderOperations;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Header operations as Envoy's lists. The host is not a header to Envoy: a change to it becomes a rewrite of the authority.
 *
 * @param requestAdd headers to set or add on the request
 * @param requestRemove headers to take from it
 * @param responseAdd the same for the response
 * @param responseRemove the same for the response
 * @param authority the new host, or null
 */
record HeaderChanges(
        List<HeaderValueOption> requestAdd,
        List<String> requestRemove,
        List<HeaderValueOption> responseAdd,
        List<String> responseRemove,
        @Nullable String authority) {

    static HeaderChanges of(@Nullable HeaderOperations operations) {
        HeaderOperations.Change request = operations == null ? null : operations.request();
        HeaderOperations.Change response = operations == null ? null : operations.response();
        return new HeaderChanges(
                additions(request), removals(request), additions(response), removals(response), authority(request));
    }

    private static List<HeaderValueOption> additions(HeaderOperations.@Nullable Change change) {
        if (change == null) {
            return List.of();
        }
        List<HeaderValueOption> options = new ArrayList<>();
        new TreeMap<>(change.set()).forEach((name, value) -> {
            if (isOrdinary(name)) {
                options.add(option(name, value)
                        .setAppendAction(HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
                        .build());
            }
        });
        new TreeMap<>(change.add()).forEach((name, value) -> {
            if (isOrdinary(name)) {
                options.add(option(name, value).build());
            }
        });
        return options;
    }

    private static HeaderValueOption.Builder option(String name, String value) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value));
    }

    private static List<String> removals(HeaderOperations.@Nullable Change change) {
        return change == null
                ? List.of()
                : change.remove().stream().filter(HeaderChanges::isOrdinary).toList();
    }

    private static boolean isOrdinary(String name) {
        return !name.startsWith(":") && !name.toLowerCase(Locale.ROOT).equals("host");
    }

    private static @Nullable String authority(HeaderOperations.@Nullable Change change) {
        if (change == null) {
            return null;
        }
        for (Map<String, String> headers : List.of(change.set(), change.add())) {
            for (Map.Entry<String, String> header : headers.entrySet()) {
                String name = header.getKey().toLowerCase(Locale.ROOT);
                if (name.equals("host") || name.equals(":authority")) {
                    return header.getValue();
                }
            }
        }
        return null;
    }
}
