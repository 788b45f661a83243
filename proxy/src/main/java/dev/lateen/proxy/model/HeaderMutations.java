package dev.lateen.proxy.model;

import java.util.List;

/**
 * Header edits of a route, virtual host, weighted cluster or route table. Within one level Envoy's code removes
 * first, then writes; levels are applied from the most specific to the least.
 *
 * @param append lines to write; the value may hold Envoy command operators such as {@code %DOWNSTREAM_REMOTE_ADDRESS%}
 * @param remove lower-case names to drop
 */
public record HeaderMutations(List<HeaderValueOption> append, List<String> remove) {
    /** No edit at all. */
    public static final HeaderMutations NONE = new HeaderMutations(List.of(), List.of());

    public HeaderMutations {
        append = List.copyOf(append);
        remove = List.copyOf(remove);
    }

    public boolean isEmpty() {
        return append.isEmpty() && remove.isEmpty();
    }

    /** {@code envoy.config.core.v3.HeaderValueOption}. */
    public record HeaderValueOption(String name, String value, AppendAction action, boolean keepEmptyValue) {}

    /** {@code HeaderValueOption.HeaderAppendAction}. */
    public enum AppendAction {
        APPEND_IF_EXISTS_OR_ADD,
        ADD_IF_ABSENT,
        OVERWRITE_IF_EXISTS_OR_ADD,
        OVERWRITE_IF_EXISTS
    }
}
