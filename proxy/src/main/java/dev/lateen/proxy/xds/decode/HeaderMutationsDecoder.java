package dev.lateen.proxy.xds.decode;

import dev.lateen.proxy.model.HeaderMutations;
import dev.lateen.proxy.model.HeaderMutations.AppendAction;
import dev.lateen.proxy.model.HeaderMutations.HeaderValueOption;
import dev.lateen.proxy.xds.proto.ProtoNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** {@code request_headers_to_add} and its like. */
final class HeaderMutationsDecoder {
    private HeaderMutationsDecoder() {}

    static HeaderMutations request(ProtoNode node) {
        return of(node.messages("request_headers_to_add"), node.texts("request_headers_to_remove"));
    }

    static HeaderMutations response(ProtoNode node) {
        return of(node.messages("response_headers_to_add"), node.texts("response_headers_to_remove"));
    }

    private static HeaderMutations of(List<ProtoNode> add, List<String> remove) {
        if (add.isEmpty() && remove.isEmpty()) {
            return HeaderMutations.NONE;
        }
        List<String> names =
                remove.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        return new HeaderMutations(options(add), names);
    }

    static List<HeaderValueOption> options(List<ProtoNode> add) {
        return add.stream().map(HeaderMutationsDecoder::option).toList();
    }

    private static HeaderValueOption option(ProtoNode node) {
        ProtoNode header = node.requiredMessage("header");
        String name = header.required("key").toLowerCase(Locale.ROOT);
        if (name.startsWith(":") && !name.equals(":authority") && !name.equals(":path") || name.equals("host")) {
            throw header.unsupported("key", name, "a header that is no pseudo-header and not host");
        }
        String value = header.has("raw_value")
                ? header.bytes("raw_value").toString(StandardCharsets.UTF_8)
                : header.text("value");
        checkPlain(header, "key", name);
        checkPlain(header, "value", value);
        return new HeaderValueOption(name, value, action(node), node.flag("keep_empty_value"));
    }

    private static void checkPlain(ProtoNode node, String field, String text) {
        if (text.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
            throw node.error(field, "holds CR, LF or NUL (accepted: text without them)");
        }
    }

    private static AppendAction action(ProtoNode node) {
        // The older field "append" is a wrapper: false means overwrite.
        if (node.has("append")) {
            return node.wrappedFlag("append", true)
                    ? AppendAction.APPEND_IF_EXISTS_OR_ADD
                    : AppendAction.OVERWRITE_IF_EXISTS_OR_ADD;
        }
        String action = node.choice("append_action");
        return switch (action) {
            case "APPEND_IF_EXISTS_OR_ADD" -> AppendAction.APPEND_IF_EXISTS_OR_ADD;
            case "ADD_IF_ABSENT" -> AppendAction.ADD_IF_ABSENT;
            case "OVERWRITE_IF_EXISTS_OR_ADD" -> AppendAction.OVERWRITE_IF_EXISTS_OR_ADD;
            case "OVERWRITE_IF_EXISTS" -> AppendAction.OVERWRITE_IF_EXISTS;
            default -> throw node.unsupported("append_action", action, "HeaderAppendAction's names");
        };
    }
}
