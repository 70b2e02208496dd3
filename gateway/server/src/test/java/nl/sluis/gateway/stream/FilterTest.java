package nl.sluis.gateway.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import nl.sluis.proto.v1.ConjunctionObject;
import nl.sluis.proto.v1.ConjunctionWarning;
import nl.sluis.proto.v1.DataMode;
import nl.sluis.proto.v1.ObjectReference;
import nl.sluis.proto.v1.OrbitRegime;
import nl.sluis.proto.v1.Product;
import nl.sluis.proto.v1.ProductKind;
import nl.sluis.proto.v1.SubscribeRequest;
import nl.sluis.proto.v1.Track;
import org.junit.jupiter.api.Test;

class FilterTest {
    private static final Product CONJUNCTION = Product.newBuilder()
            .setKind(ProductKind.PRODUCT_KIND_CONJUNCTION)
            .setDataMode(DataMode.DATA_MODE_REAL)
            .setConjunction(ConjunctionWarning.newBuilder()
                    .setMissDistanceM(250)
                    .setObject1(ConjunctionObject.newBuilder()
                            .setObject(ObjectReference.newBuilder().setCatalogueNumber(25544)))
                    .setObject2(ConjunctionObject.newBuilder()
                            .setObject(ObjectReference.newBuilder().setCatalogueNumber(999_999_999))))
            .build();
    private static final Product TRACK = Product.newBuilder()
            .setKind(ProductKind.PRODUCT_KIND_TRACK)
            .setDataMode(DataMode.DATA_MODE_REAL)
            .setTrack(Track.newBuilder()
                    .setRegime(OrbitRegime.ORBIT_REGIME_GEO)
                    .setObject(ObjectReference.newBuilder().setInternationalDesignator("2010-056A")))
            .build();

    @Test
    void without_anything_asked_for_all_real_products_match_and_no_others() throws Exception {
        Filter filter = Filter.of(SubscribeRequest.getDefaultInstance());

        assertThat(filter.matches(CONJUNCTION)).isTrue();
        assertThat(filter.matches(TRACK)).isTrue();
        assertThat(filter.matches(TRACK.toBuilder()
                        .setDataMode(DataMode.DATA_MODE_EXERCISE)
                        .build()))
                .isFalse();
    }

    @Test
    void kinds_objects_and_regimes_narrow() throws Exception {
        assertThat(Filter.of(SubscribeRequest.newBuilder()
                                .addKinds(ProductKind.PRODUCT_KIND_TRACK)
                                .build())
                        .matches(CONJUNCTION))
                .isFalse();
        Filter second = Filter.of(SubscribeRequest.newBuilder()
                .addObjects(ObjectReference.newBuilder().setCatalogueNumber(999_999_999))
                .build());
        assertThat(second.matches(CONJUNCTION)).isTrue();
        assertThat(second.matches(TRACK)).isFalse();
        assertThat(Filter.of(SubscribeRequest.newBuilder()
                                .addRegimes(OrbitRegime.ORBIT_REGIME_LEO)
                                .build())
                        .matches(TRACK))
                .isFalse();
    }

    @Test
    void an_expression_looks_at_the_released_product() throws Exception {
        Filter close = Filter.of(SubscribeRequest.newBuilder()
                .setFilter("product.conjunction.miss_distance_m < 300.0 && has(product.conjunction)")
                .build());

        assertThat(close.matches(CONJUNCTION)).isTrue();
        assertThat(close.matches(TRACK)).isFalse();
    }

    @Test
    void an_expression_that_does_not_type_check_is_refused_by_its_field() {
        for (String wrong :
                new String[] {"product.no_such_field == 1", "product.version", "1 +", "product.version == 'x'"}) {
            assertThatThrownBy(() -> Filter.of(
                            SubscribeRequest.newBuilder().setFilter(wrong).build()))
                    .isInstanceOfSatisfying(
                            SubscriptionRefused.class,
                            refused -> assertThat(refused.field()).isEqualTo("filter"));
        }
    }

    @Test
    void a_refused_expression_is_told_by_line_and_column_in_one_line() {
        assertRefused("product.version > 1u &&\n  product.no_such_field == 1", "line 2, column 10: undefined field");
        assertRefused("product.version == 'x'", "line 1, column 17: found no matching overload");
        assertRefused("1 +", "line 1, column 4: ");
        assertRefused("product.version", "line 1, column 8: ");
    }

    private static void assertRefused(String expression, String expected) {
        assertThatThrownBy(() -> Filter.of(
                        SubscribeRequest.newBuilder().setFilter(expression).build()))
                .hasMessageStartingWith(expected)
                .hasMessageEndingWith(" (expected: a condition on `product`)")
                .hasMessageNotContaining("\n");
    }

    @Test
    void an_expression_that_loops_without_end_in_sight_asks_for_nothing() throws Exception {
        Track.Builder track = TRACK.getTrack().toBuilder();
        for (int i = 0; i < 40; i++) {
            track.addComments("c" + i);
        }
        Product product = TRACK.toBuilder().setTrack(track).build();
        String once = "product.track.comments.all(a, a != '')";
        String cubed = "product.track.comments.all(a, product.track.comments.all(b, product.track.comments.all(c, "
                + "a + b + c != '')))";

        assertThat(Filter.of(SubscribeRequest.newBuilder().setFilter(once).build())
                        .matches(product))
                .isTrue();
        assertThat(Filter.of(SubscribeRequest.newBuilder().setFilter(cubed).build())
                        .matches(product))
                .isFalse();
    }

    @Test
    void what_the_contract_does_not_know_is_refused_by_its_field() {
        assertThatThrownBy(() -> Filter.of(
                        SubscribeRequest.newBuilder().addKindsValue(99).build()))
                .isInstanceOfSatisfying(
                        SubscriptionRefused.class,
                        refused -> assertThat(refused.field()).isEqualTo("kinds[0]"));
        assertThatThrownBy(() -> Filter.of(SubscribeRequest.newBuilder()
                        .addObjects(ObjectReference.newBuilder().setName("a name alone"))
                        .build()))
                .isInstanceOfSatisfying(
                        SubscriptionRefused.class,
                        refused -> assertThat(refused.field()).isEqualTo("objects[0]"));
    }
}
