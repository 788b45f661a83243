package dev.lateen.api.crd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lateen.api.resource.Spec;
import dev.lateen.api.schema.Shape;
import dev.lateen.api.schema.Shapes;
import dev.lateen.api.yaml.IstioKinds;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class OwnBoundsTest {
    @Test
    void whatAnApiServerIsNotToldOfIsTighterThanWhatItIsTold() {
        Shapes shapes = new Shapes();
        List<String> wrong = new ArrayList<>();
        int own = 0;
        for (Class<? extends Spec> type : IstioKinds.ALL) {
            for (Shape shape : below(shapes.of(type.asSubclass(Record.class)))) {
                if (shape instanceof Shape.Numeric number && !number.why().isEmpty()) {
                    own++;
                    ObjectNode schema = SchemaWriter.write(number);
                    boolean int32 = number.width() == Shape.Width.INT32;
                    double least = schema.path("minimum").asDouble(int32 ? Integer.MIN_VALUE : -Double.MAX_VALUE);
                    double greatest = schema.path("maximum").asDouble(int32 ? Integer.MAX_VALUE : Double.MAX_VALUE);
                    boolean within = number.min() >= least && number.max() <= greatest;
                    if (!within || (number.min() == least && number.max() == greatest)) {
                        wrong.add(type.getSimpleName() + ": " + number + " in " + schema);
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(own).isGreaterThan(50);
    }

    private static List<Shape> below(Shape shape) {
        List<Shape> found = new ArrayList<>();
        found.add(shape);
        switch (shape) {
            case Shape.ListOf list -> found.addAll(below(list.member()));
            case Shape.MapOf map -> found.addAll(below(map.value()));
            case Shape.Message message -> message.fields().values().forEach(f -> found.addAll(below(f.shape())));
            case Shape.Union union -> union.variants().values().forEach(variant -> found.addAll(below(variant)));
            case Shape.Text _, Shape.Numeric _, Shape.Flag _, Shape.Time _, Shape.Choice _, Shape.Free _ -> {}
        }
        return found;
    }
}
