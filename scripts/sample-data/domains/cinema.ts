import { category, combine, type Domain, date, id, integer, named, real, refers, table, year } from "../domain.js";

export const cinema: Domain = {
  id: "cinema",
  split: "train",
  tables: [
    table("Films", ["film", "films"], 26, [
      id("FilmId"),
      named(
        "Title",
        "title",
        combine(
          ["Midnight", "Crimson", "Lost", "Electric", "Frozen", "Second"],
          ["Horizon", "Voyage", "Summer", "Kingdom", "Signal"],
        ),
      ),
      category("Genre", "genre", ["Drama", "Comedy", "Thriller", "Animation"], { eq: ["in the {v} genre"] }),
      year("ReleaseYear", "release year", 1994, 2024, { over: ["released after {v}"], under: ["released before {v}"] }),
      integer("Minutes", "number of minutes", 78, 176, { noun: "minutes", most: "longest", least: "shortest" }),
      real("Rating", "rating", 3, 9.5, {
        most: "highest rated",
        least: "lowest rated",
        nulls: 0.08,
        over: ["rated above {v}"],
        under: ["rated below {v}"],
      }),
    ]),
    table("Halls", ["hall", "halls"], 7, [
      id("HallId"),
      named("HallName", "name", ["Apollo", "Luna", "Vega", "Orion", "Nova", "Sirius", "Comet"]),
      integer("Seats", "number of seats", 60, 320, { noun: "seats", most: "largest", least: "smallest", sum: true }, 5),
    ]),
    table("Screenings", ["screening", "screenings"], 50, [
      id("ScreeningId"),
      refers("FilmId", "Films", "of", { unused: 4 }),
      refers("HallId", "Halls", "in"),
      date("ShowDate", "show date", "2024-01-02", "2024-06-28", {
        over: ["shown after {v}"],
        under: ["shown before {v}"],
      }),
      real("TicketPrice", "ticket price", 5, 16, { sum: true }, 0.5),
      integer("Sold", "number of tickets sold", 8, 290, { plural: "numbers of tickets sold", sum: true }),
    ]),
  ],
};
