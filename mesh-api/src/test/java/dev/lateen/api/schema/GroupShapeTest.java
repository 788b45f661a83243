package dev.lateen.api.schema;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GroupShapeTest {
    private final Shapes shapes = new Shapes();

    record Whole(
            String first,
            @Group Middle middle,
            String last,
            @Default("5") int count) {}

    record Middle(
            @Alias("second_name") String second,
            @Group Deep deep,
            @Required Leaf leaf) {}

    record Deep(@Nullable Integer third) {}

    record Leaf(String text) {}

    @Test
    void fieldsOfGroupsStandInOneRowWithTheOthers() {
        Shape.Message shape = shapes.of(Whole.class);
        assertThat(shape.fields().keySet()).containsExactly("first", "second", "third", "leaf", "last", "count");
        assertThat(shape.fields().values()).extracting(Shape.Field::index).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(shape.aliases()).containsEntry("second_name", "second").hasSize(1);
        assertThat(requireNonNull(shape.fields().get("leaf")).required()).isTrue();
    }

    @Test
    void aMessageIsMadeOfItsRowAndReadBackByItsFields() {
        Shape.Message shape = shapes.of(Whole.class);
        Leaf leaf = new Leaf("x");
        Object made = shape.make(new Object[] {"a", "b", 3, leaf, "z", 7});
        assertThat(made).isEqualTo(new Whole("a", new Middle("b", new Deep(3), leaf), "z", 7));
        assertThat(shape.fields().values())
                .extracting(field -> field.in(made))
                .containsExactly("a", "b", 3, leaf, "z", 7);
    }

    @Test
    void aPathLeadsThroughGroupsWithoutNamingThem() {
        Whole whole = new Whole("", new Middle("", new Deep(3), new Leaf("x")), "", 5);
        assertThat(visited("third", whole)).containsExactly("third=3");
        assertThat(visited("leaf.text", whole)).containsExactly("leaf.text=x");
        assertThat(visited("second", whole)).isEmpty();
        assertThatThrownBy(() -> FieldPath.of(Whole.class, "middle.second")).hasMessageContaining("no field middle");
    }

    @Test
    void aGroupThatIsNoneIsRefused() {
        record Text(@Group String text) {}
        record Absent(@Group @Nullable Deep deep) {}
        record Twice(String third, @Group Deep deep) {}
        record Needed(@Group @Required Deep deep) {}
        @AtMostOne({"a", "b"})
        record Choosing(String a, String b) {}
        record Marked(@Group Choosing choosing) {}
        assertThatThrownBy(() -> shapes.of(Text.class)).hasMessageContaining("no record");
        assertThatThrownBy(() -> shapes.of(Absent.class)).hasMessageContaining("may be null");
        assertThatThrownBy(() -> shapes.of(Twice.class)).hasMessageContaining("two fields of one name: third");
        assertThatThrownBy(() -> shapes.of(Needed.class)).hasMessageContaining("@Required");
        assertThatThrownBy(() -> shapes.of(Marked.class)).hasMessageContaining("@AtMostOne");
    }

    private static List<String> visited(String path, Object root) {
        List<String> found = new ArrayList<>();
        FieldPath.of(Whole.class, path).each(root, (at, value) -> found.add(at + "=" + value));
        return found;
    }
}
