package dev.lateen.proxy.xds.proto;

import dev.lateen.proxy.xds.proto.ProtoNode.Unread;
import dev.lateen.proxy.xds.proto.ProtoNode.Use;
import dev.lateen.proxy.xds.proto.ProtoSchema.Field;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Which fields of one message somebody asked for, and which nobody needs. Used by one thread at a time. */
final class FieldMarks {
    private static final int MAX_FIELD_NUMBER = 1000;

    private final BitSet read = new BitSet();
    private final BitSet ignored = new BitSet();
    private @Nullable BitSet unknown;
    private boolean passedOver;

    void read(Field field) {
        read.set(field.index());
    }

    void ignore(Field field) {
        ignored.set(field.index());
    }

    /** Takes note of a field that the schema does not have: of a newer Envoy's, such as 5 of a policy. */
    void unknown(int number) {
        // Far more numbers than any message has: whoever sends such is told of the last one only.
        BitSet numbers = unknown == null ? new BitSet() : unknown;
        numbers.set(Math.min(number, MAX_FIELD_NUMBER));
        unknown = numbers;
    }

    void passOver() {
        passedOver = true;
    }

    /** Tells what became of the fields of its node that are set, and of those below them. */
    void tell(ProtoNode node, BiConsumer<Unread, Use> report) {
        if (passedOver) {
            return;
        }
        String message = node.type().fullName;
        for (Field field : node.isAny() ? List.<Field>of() : node.type().fields) {
            Object value = node.raw(field);
            if (value != null) {
                Use use = use(field);
                report.accept(new Unread(message, field.name(), node.path(field.name())), use);
                if (use == Use.READ) {
                    descend(value, report);
                }
            }
        }
        if (unknown != null) {
            unknown.stream()
                    .mapToObj(number -> "field number " + number)
                    .forEach(field -> report.accept(new Unread(message, field, node.path(field)), Use.UNREAD));
        }
        ProtoNode content = node.unpacked();
        if (content != null) {
            content.uses(report);
        }
    }

    private Use use(Field field) {
        return ignored.get(field.index()) ? Use.IGNORED : read.get(field.index()) ? Use.READ : Use.UNREAD;
    }

    private static void descend(Object value, BiConsumer<Unread, Use> report) {
        switch (value) {
            case ProtoNode node -> node.uses(report);
            case List<?> list -> list.forEach(item -> descend(item, report));
            case Map<?, ?> map -> map.values().forEach(item -> descend(item, report));
            default -> {}
        }
    }
}
