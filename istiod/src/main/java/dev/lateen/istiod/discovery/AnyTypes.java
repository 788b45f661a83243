package dev.lateen.istiod.discovery;

import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.Struct;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.Value;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes messages with other messages packed in them printable as JSON, which needs to know all their types. Types are found by their
 * names among the generated classes; what has none (Istio's own filters) is shown by its name and size. For debug pages, not for speed.
 */
final class AnyTypes {
    private final TypeRegistry.Builder registry =
            TypeRegistry.newBuilder().add(Struct.getDescriptor()).add(Any.getDescriptor());
    private final Map<String, Optional<Message>> known = new HashMap<>();

    void add(Descriptor descriptor) {
        registry.add(descriptor);
    }

    TypeRegistry registry() {
        return registry.build();
    }

    /** The same, with everything in it of a type that is known or replaced. */
    Any printable(Any any) {
        Optional<Message> type = known.computeIfAbsent(any.getTypeUrl(), AnyTypes::type);
        if (type.isEmpty()) {
            return unknown(any);
        }
        try {
            Parser<? extends Message> parser = type.get().getParserForType();
            Message message = parser.parseFrom(any.getValue());
            registry.add(message.getDescriptorForType());
            return any.toBuilder().setValue(walk(message).toByteString()).build();
        } catch (InvalidProtocolBufferException e) {
            return unknown(any);
        }
    }

    private static Any unknown(Any any) {
        Value name = Value.newBuilder().setStringValue(any.getTypeUrl()).build();
        Value size = Value.newBuilder().setNumberValue(any.getValue().size()).build();
        return Any.pack(Struct.newBuilder()
                .putFields("not_printable", name)
                .putFields("bytes", size)
                .build());
    }

    private Message walk(Message message) {
        if (message instanceof Any any) {
            return printable(any);
        }
        Message.Builder copy = message.toBuilder();
        for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
            FieldDescriptor descriptor = field.getKey();
            if (descriptor.getJavaType() != FieldDescriptor.JavaType.MESSAGE) {
                continue;
            }
            if (descriptor.isRepeated()) {
                List<?> elements = (List<?>) field.getValue();
                for (int i = 0; i < elements.size(); i++) {
                    copy.setRepeatedField(descriptor, i, walk((Message) elements.get(i)));
                }
            } else {
                copy.setField(descriptor, walk((Message) field.getValue()));
            }
        }
        return copy.build();
    }

    private static Optional<Message> type(String typeUrl) {
        String name = typeUrl.substring(typeUrl.lastIndexOf('/') + 1);
        for (String candidate : List.of(
                "io.envoyproxy." + name,
                "com.github." + name,
                "com.google.protobuf." + name.substring(name.lastIndexOf('.') + 1))) {
            try {
                Object type =
                        Class.forName(candidate).getMethod("getDefaultInstance").invoke(null);
                if (type instanceof Message message
                        && message.getDescriptorForType().getFullName().equals(name)) {
                    return Optional.of(message);
                }
            } catch (ReflectiveOperationException e) {
                // Not that one.
                continue;
            }
        }
        return Optional.empty();
    }
}
