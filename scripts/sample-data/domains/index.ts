import type { Domain } from "../domain.js";
import { airline } from "./airline.js";
import { bakery } from "./bakery.js";
import { bikeShare } from "./bike-share.js";
import { brewery } from "./brewery.js";
import { carRental } from "./car-rental.js";
import { charity } from "./charity.js";
import { cinema } from "./cinema.js";
import { cityTransit } from "./city-transit.js";
import { clinic } from "./clinic.js";
import { coffeeRoaster } from "./coffee-roaster.js";
import { courier } from "./courier.js";
import { farmCoop } from "./farm-coop.js";
import { footballLeague } from "./football-league.js";
import { gym } from "./gym.js";
import { helpdesk } from "./helpdesk.js";
import { hotel } from "./hotel.js";
import { jobBoard } from "./job-board.js";
import { library } from "./library.js";
import { museum } from "./museum.js";
import { musicStore } from "./music-store.js";
import { onlineShop } from "./online-shop.js";
import { orchestra } from "./orchestra.js";
import { petShelter } from "./pet-shelter.js";
import { publishing } from "./publishing.js";
import { realEstate } from "./real-estate.js";
import { restaurant } from "./restaurant.js";
import { school } from "./school.js";
import { skiResort } from "./ski-resort.js";
import { theatre } from "./theatre.js";
import { tvNetwork } from "./tv-network.js";
import { weather } from "./weather.js";
import { zoo } from "./zoo.js";

/** Every sample database, held-out ones last. */
export const domains: readonly Domain[] = [
  airline,
  bakery,
  brewery,
  carRental,
  charity,
  cinema,
  cityTransit,
  clinic,
  farmCoop,
  footballLeague,
  gym,
  helpdesk,
  jobBoard,
  library,
  museum,
  musicStore,
  onlineShop,
  publishing,
  realEstate,
  restaurant,
  school,
  skiResort,
  theatre,
  tvNetwork,
  weather,
  zoo,
  bikeShare,
  hotel,
  petShelter,
  coffeeRoaster,
  orchestra,
  courier,
];
